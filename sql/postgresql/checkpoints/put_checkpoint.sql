-- Store a checkpoint, the values of its channels that are new, and the index entries of its metadata,
-- under the lock of the thread's session, which is made where there is none. No row comes back where
-- another has just made it: then nothing is stored, and it is to be run again. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
-- agentstore_checkpoint_metadata_pkey
-- Rows: reads one session, :thread_id, or writes one and its index entries, :session_entries; writes
--   one checkpoint, one value for each of :channel_keys, one index entry for each of :entries
-- Returns: one
-- Differs: one statement, as PostgreSQL can write inside WITH
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

checkpoint AS (
    INSERT INTO agentstore_checkpoints (
        thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
        checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
    )
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        /* :parent_id */ NULL,
        /* :namespace */ '',
        /* :channel_versions */ '[]'::json,
        /* :checkpoint_type */ 'msgpack',
        /* :checkpoint_bytes */ ''::bytea,
        /* :metadata_type */ 'msgpack',
        /* :metadata_bytes */ ''::bytea
    FROM anchor
    ON CONFLICT (thread_id, namespace_key, checkpoint_id) DO UPDATE
        SET
            channel_versions = excluded.channel_versions,
            checkpoint_type = excluded.checkpoint_type,
            checkpoint_bytes = excluded.checkpoint_bytes,
            metadata_type = excluded.metadata_type,
            metadata_bytes = excluded.metadata_bytes
),

blob AS (
    INSERT INTO agentstore_checkpoint_blobs (
        thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
    )
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        b.channel_key,
        b.channel_version,
        b.value_type,
        b.value_bytes
    FROM anchor
    CROSS JOIN
        unnest(
            /* :channel_keys */ '{messages}'::text[],
            /* :new_versions */ '{1}'::text[],
            /* :value_types */ '{msgpack}'::text[],
            /* :values */ '{""}'::bytea[]
        ) AS b (channel_key, channel_version, value_type, value_bytes)
    ON CONFLICT DO NOTHING
),

stale AS (
    DELETE FROM agentstore_checkpoint_metadata
    WHERE
        thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND namespace_key OPERATOR (pg_catalog.=) /* :namespace_key */ ''
        AND checkpoint_id OPERATOR (pg_catalog.=) /* :checkpoint_id */ '1f0'
        AND NOT entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
),

entry AS (
    INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        e.entry
    FROM anchor
    CROSS JOIN pg_catalog.unnest(/* :entries */ '{}'::text[]) AS e (entry)
    ON CONFLICT DO NOTHING
)

SELECT anchor.id FROM anchor;
