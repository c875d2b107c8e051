-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
--   agentstore_checkpoint_writes_pkey, agentstore_checkpoints_thread
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    t.thread_id AS session_id,
    pg_catalog.sum(
        pg_catalog.octet_length(t.checkpoint_bytes)
        + pg_catalog.octet_length(t.metadata_bytes)
    ) AS size
FROM agentstore_checkpoints AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    pg_catalog.sum(coalesce(pg_catalog.octet_length(t.value_bytes), 0)) AS size
FROM agentstore_checkpoint_blobs AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    pg_catalog.sum(coalesce(pg_catalog.octet_length(t.value_bytes), 0)) AS size
FROM agentstore_checkpoint_writes AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.thread_id;
