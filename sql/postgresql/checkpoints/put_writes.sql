-- Store what a task has written after a checkpoint. Of a special channel (idx below 0) the last write
-- counts, of the others the first. The thread's session is locked or made, as in put_checkpoint.
-- AgentstoreSaver.put_writes.
-- Runs: each task of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_writes_pkey
-- Rows: reads one session, :thread_id, or writes one and its index entries, :session_entries; writes
--   one for each of :idxs
-- Returns: one
-- Differs: one statement stores all the writes of a task
WITH held AS (
    SELECT s.id
    FROM agentstore_sessions AS s
    WHERE s.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
    FOR KEY SHARE
),

session AS (
    INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
    SELECT
        /* :thread_id */ 't1',
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        TRUE,
        0,
        /* :session_metadata */ '{"created_by": "langgraph"}'::json
    WHERE NOT EXISTS (SELECT 1 FROM held)
    ON CONFLICT (id) DO NOTHING
    RETURNING id, created_at
),

session_entry AS (
    INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
    SELECT
        session.id,
        e.entry,
        session.created_at
    FROM session
    CROSS JOIN pg_catalog.unnest(/* :session_entries */ '{}'::text[]) AS e (entry)
),

anchor AS (
    SELECT held.id FROM held
    UNION ALL
    SELECT session.id FROM session
),

written AS (
    INSERT INTO agentstore_checkpoint_writes (
        thread_id, namespace_key, checkpoint_id, task_id, idx,
        channel_name, task_path, value_type, value_bytes
    )
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        /* :task_id */ 'task1',
        w.idx,
        w.channel_name,
        /* :task_path */ '',
        w.value_type,
        w.value_bytes
    FROM anchor
    CROSS JOIN
        unnest(
            /* :idxs */ '{0}'::integer[],
            /* :channel_names */ '{messages}'::text[],
            /* :value_types */ '{msgpack}'::text[],
            /* :values */ '{""}'::bytea[]
        ) AS w (idx, channel_name, value_type, value_bytes)
    ON CONFLICT (thread_id, namespace_key, checkpoint_id, task_id, idx) DO UPDATE
        SET
            channel_name = excluded.channel_name,
            task_path = excluded.task_path,
            value_type = excluded.value_type,
            value_bytes = excluded.value_bytes
        WHERE agentstore_checkpoint_writes.idx < 0
)

SELECT anchor.id FROM anchor;
