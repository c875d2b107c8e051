-- A page of what a copy takes of agentstore_checkpoint_metadata, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_metadata_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.entry
FROM agentstore_checkpoint_metadata AS r
WHERE
    (r.thread_id, r.namespace_key, r.checkpoint_id, r.entry)
    OPERATOR (pg_catalog.>) (
        /* :after_thread_id */ '',
        /* :after_namespace_key */ '',
        /* :after_checkpoint_id */ '',
        /* :after_entry */ ''
    )
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id, r.entry
LIMIT /* :limit */ 50;
