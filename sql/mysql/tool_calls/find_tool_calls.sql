-- Which of some ids are in use. Saves with an id of the caller's own.
-- Runs: seldom
-- Index: agentstore_tool_calls_id
-- Rows: reads at most one for each of :ids
-- Returns: many
-- Differs: STRAIGHT_JOIN, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN c.id
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :ids */ '["x"]', '$[*]'
        COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
    ) AS wanted
-- noqa: enable=all
INNER JOIN agentstore_tool_calls AS c ON wanted.id = c.id;
