-- A page of what a copy takes of agentstore_checkpoint_writes, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_writes_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.task_id,
    r.idx,
    r.channel_name,
    r.task_path,
    r.value_type,
    r.value_bytes
FROM agentstore_checkpoint_writes AS r
WHERE
    (r.thread_id, r.namespace_key, r.checkpoint_id, r.task_id, r.idx)
    OPERATOR (pg_catalog.>) (
        /* :after_thread_id */ '',
        /* :after_namespace_key */ '',
        /* :after_checkpoint_id */ '',
        /* :after_task_id */ '',
        /* :after_idx */ -1
    )
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id, r.task_id, r.idx
LIMIT /* :limit */ 50;
