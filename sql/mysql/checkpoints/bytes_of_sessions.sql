-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: PRIMARY of agentstore_checkpoints, PRIMARY of agentstore_checkpoint_blobs,
--   PRIMARY of agentstore_checkpoint_writes, agentstore_checkpoints_thread
-- Rows: reads all of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    t.thread_id AS session_id,
    sum(
        octet_length(t.checkpoint_bytes)
        + octet_length(t.metadata_bytes)
    ) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoints AS t ON wanted.id = t.thread_id
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    sum(coalesce(octet_length(t.value_bytes), 0)) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_blobs AS t ON wanted.id = t.thread_id
GROUP BY t.thread_id
UNION ALL
SELECT
    t.thread_id AS session_id,
    sum(coalesce(octet_length(t.value_bytes), 0)) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_writes AS t ON wanted.id = t.thread_id
GROUP BY t.thread_id;
