-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: PRIMARY of agentstore_checkpoints, PRIMARY of agentstore_checkpoint_blobs,
--   PRIMARY of agentstore_checkpoint_writes, PRIMARY of agentstore_checkpoint_metadata,
--   agentstore_checkpoints_thread
-- Rows: reads all of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    'agentstore_checkpoints' AS table_name,
    count(*) AS found
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoints AS t ON wanted.id = t.thread_id
UNION ALL
SELECT
    'agentstore_checkpoint_blobs',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_blobs AS t ON wanted.id = t.thread_id
UNION ALL
SELECT
    'agentstore_checkpoint_writes',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_writes AS t ON wanted.id = t.thread_id
UNION ALL
SELECT
    'agentstore_checkpoint_metadata',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_metadata AS t ON wanted.id = t.thread_id;
