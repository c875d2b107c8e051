-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: PRIMARY of agentstore_messages, PRIMARY of agentstore_tool_calls
-- Rows: reads all of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    t.session_id,
    sum(
        octet_length(t.content)
        + coalesce(octet_length(t.parts), 0)
        + coalesce(octet_length(t.response), 0)
        + octet_length(t.metadata)
    ) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_messages AS t ON wanted.id = t.session_id
GROUP BY t.session_id
UNION ALL
SELECT
    t.session_id,
    sum(
        octet_length(t.arguments)
        + coalesce(octet_length(t.result), 0)
    ) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_tool_calls AS t ON wanted.id = t.session_id
GROUP BY t.session_id;
