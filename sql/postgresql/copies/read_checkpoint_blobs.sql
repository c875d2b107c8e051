-- A page of what a copy takes of agentstore_checkpoint_blobs, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_blobs_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM agentstore_checkpoint_blobs AS r
WHERE
    (r.thread_id, r.namespace_key, r.channel_key, r.channel_version)
    OPERATOR (pg_catalog.>) (
        /* :after_thread_id */ '',
        /* :after_namespace_key */ '',
        /* :after_channel_key */ '',
        /* :after_channel_version */ ''
    )
ORDER BY r.thread_id, r.namespace_key, r.channel_key, r.channel_version
LIMIT /* :limit */ 50;
