-- Which of some ids are in use. Saves with an id of the caller's own.
-- Runs: seldom
-- Index: agentstore_tool_calls_id
-- Returns: many
SELECT c.id
FROM json_table(
    /* :ids */ '["x"]', '$[*]' COLUMNS (id varchar(191) PATH '$')
) AS wanted
INNER JOIN agentstore_tool_calls AS c ON c.id = convert(wanted.id USING utf8mb4) COLLATE utf8mb4_bin;
