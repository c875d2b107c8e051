-- A page of what a copy takes of agentstore_checkpoints, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_checkpoints_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.parent_id,
    r.namespace,
    r.channel_versions::text AS channel_versions,
    r.checkpoint_type,
    r.checkpoint_bytes,
    r.metadata_type,
    r.metadata_bytes
FROM agentstore_checkpoints AS r
WHERE
    (r.thread_id, r.namespace_key, r.checkpoint_id)
    OPERATOR (pg_catalog.>) (
        /* :after_thread_id */ '',
        /* :after_namespace_key */ '',
        /* :after_checkpoint_id */ ''
    )
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id
LIMIT /* :limit */ 50;
