-- The rows of agentstore_checkpoint_metadata with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_metadata_pkey, agentstore_checkpoint_metadata_entry
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.entry
FROM json_each(/* :keys */ '[["t1", "", "1f0", "e1"]]') AS k
CROSS JOIN agentstore_checkpoint_metadata AS r
WHERE
    r.thread_id = json_extract(k.value, '$[0]')
    AND r.namespace_key = json_extract(k.value, '$[1]')
    AND r.checkpoint_id = json_extract(k.value, '$[2]')
    AND r.entry = json_extract(k.value, '$[3]');
