-- The rows of agentstore_checkpoint_blobs with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_blobs_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM json_each(/* :keys */ '[["t1", "", "messages", "1"]]') AS k
CROSS JOIN agentstore_checkpoint_blobs AS r
WHERE
    r.thread_id = json_extract(k.value, '$[0]')
    AND r.namespace_key = json_extract(k.value, '$[1]')
    AND r.channel_key = json_extract(k.value, '$[2]')
    AND r.channel_version = json_extract(k.value, '$[3]');
