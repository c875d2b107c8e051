-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
--   agentstore_checkpoint_writes_pkey, agentstore_checkpoints_thread
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    t.thread_id AS session_id,
    sum(
        length(cast(t.checkpoint_bytes AS blob))
        + length(cast(t.metadata_bytes AS blob))
    ) AS size
FROM agentstore_checkpoints AS t
WHERE t.thread_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    sum(coalesce(length(cast(t.value_bytes AS blob)), 0)) AS size
FROM agentstore_checkpoint_blobs AS t
WHERE t.thread_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    sum(coalesce(length(cast(t.value_bytes AS blob)), 0)) AS size
FROM agentstore_checkpoint_writes AS t
WHERE t.thread_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.thread_id;
