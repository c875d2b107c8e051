-- Which of a policy's metadata entries some sessions have.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: PRIMARY of agentstore_session_metadata
-- Rows: reads the entries of each of :ids
-- Returns: many

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
SELECT
    e.session_id,
    e.entry
FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN json_table(
    /* :entries */ '[]', '$[*]'
    COLUMNS (entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$')
) AS asked
STRAIGHT_JOIN agentstore_session_metadata AS e ON wanted.id = e.session_id AND asked.entry = e.entry;
