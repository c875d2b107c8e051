-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: PRIMARY of agentstore_adk_sessions
-- Rows: reads all of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    t.session_id,
    sum(octet_length(t.session_state)) AS size
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_adk_sessions AS t ON wanted.id = t.session_id
GROUP BY t.session_id;
