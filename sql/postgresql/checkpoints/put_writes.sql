-- Store what a task has written after a checkpoint. Of a special channel (idx below 0) the last write
-- counts, of the others the first. AgentstoreSaver.put_writes.
-- Runs: each task of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_writes_pkey
-- Rows: writes one for each of :idxs
-- Returns: count
-- Differs: one statement stores all the writes of a task
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx, channel_name, task_path, value_type, value_bytes
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
FROM
    unnest(
        /* :idxs */ '{0}'::integer[],
        /* :channel_names */ '{messages}'::text[],
        /* :value_types */ '{msgpack}'::text[],
        /* :values */ '{""}'::bytea[]
    ) AS w (idx, channel_name, value_type, value_bytes)
INNER JOIN agentstore_sessions AS anchor
    ON
        anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND anchor.trashed_at IS NULL
-- @if scope
        AND (anchor.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (anchor.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
FOR KEY SHARE OF anchor
ON CONFLICT (thread_id, namespace_key, checkpoint_id, task_id, idx) DO UPDATE
    SET
        channel_name = excluded.channel_name,
        task_path = excluded.task_path,
        value_type = excluded.value_type,
        value_bytes = excluded.value_bytes
    WHERE agentstore_checkpoint_writes.idx < 0;
