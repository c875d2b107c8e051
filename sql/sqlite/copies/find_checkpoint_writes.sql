-- The rows of agentstore_checkpoint_writes with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_writes_pkey
-- Rows: reads at most one for each of :keys
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
FROM json_each(/* :keys */ '[["t1", "", "1f0", "task1", 0]]') AS k
CROSS JOIN agentstore_checkpoint_writes AS r
WHERE
    r.thread_id = json_extract(k.value, '$[0]')
    AND r.namespace_key = json_extract(k.value, '$[1]')
    AND r.checkpoint_id = json_extract(k.value, '$[2]')
    AND r.task_id = json_extract(k.value, '$[3]')
    AND r.idx = json_extract(k.value, '$[4]');
