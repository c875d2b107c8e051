-- Store rows of agentstore_checkpoint_metadata as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_metadata
-- Rows: writes one for each of :thread_id_list
-- Returns: count
-- Differs: the others take row by row, insert_checkpoint_metadata, which is a round trip a row here
INSERT INTO agentstore_checkpoint_metadata (
    thread_id, namespace_key, checkpoint_id, entry
)
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.entry
FROM unnest(
    /* :thread_id_list */ '{t1}'::text[],
    /* :namespace_key_list */ '{""}'::text[],
    /* :checkpoint_id_list */ '{1f0}'::text[],
    /* :entry_list */ '{x}'::text[]
) AS r (
    thread_id, namespace_key, checkpoint_id, entry
);
