-- What is stored under some ids. Saves with an id of the caller's own, and saves whose reply was lost.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Rows: reads at most one for each of :ids
-- Returns: many
-- Differs: STRAIGHT_JOIN, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    m.id,
    m.session_id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :ids */ '["x"]', '$[*]'
        COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
    ) AS wanted
-- noqa: enable=all
INNER JOIN agentstore_messages AS m ON wanted.id = m.id;
