-- What is stored under some ids. Saves with an id of the caller's own, and saves whose reply was lost.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts
FROM json_table(
    /* :ids */ '["x"]', '$[*]' COLUMNS (id varchar(191) PATH '$')
) AS wanted
INNER JOIN agentstore_messages AS m ON m.id = convert(wanted.id USING utf8mb4) COLLATE utf8mb4_bin;
