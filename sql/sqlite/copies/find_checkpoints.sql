-- The rows of agentstore_checkpoints with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread,
-- agentstore_checkpoints_checkpoint_id
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.parent_id,
    r.namespace,
    r.channel_versions,
    r.checkpoint_type,
    r.checkpoint_bytes,
    r.metadata_type,
    r.metadata_bytes
FROM json_each(/* :keys */ '[["t1", "", "1f0"]]') AS k
CROSS JOIN agentstore_checkpoints AS r
WHERE
    r.thread_id = json_extract(k.value, '$[0]')
    AND r.namespace_key = json_extract(k.value, '$[1]')
    AND r.checkpoint_id = json_extract(k.value, '$[2]');
