-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: PRIMARY of agentstore_messages, PRIMARY of agentstore_tool_calls,
--   PRIMARY of agentstore_pending_confirmations, PRIMARY of agentstore_session_metadata
-- Rows: reads all of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    'agentstore_messages' AS table_name,
    count(*) AS found
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_messages AS t ON wanted.id = t.session_id
UNION ALL
SELECT
    'agentstore_tool_calls',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_tool_calls AS t ON wanted.id = t.session_id
UNION ALL
SELECT
    'agentstore_pending_confirmations',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_pending_confirmations AS t ON wanted.id = t.session_id
UNION ALL
SELECT
    'agentstore_session_metadata',
    count(*)
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_session_metadata AS t ON wanted.id = t.session_id;
