-- What is stored under some ids. Saves with an id of the caller's own, and saves whose reply was lost.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Rows: reads at most one for each of :ids
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read, and lock, a small table whole

-- The rows are locked, so that they are the
-- newest, though a bound connection's snapshot may be older; and the ids are a table of their own, as MySQL
-- refuses to lock what JSON_TABLE gives (error 3569). In a latin1 database they would be latin1 else, and
-- lose some. All this is not known to sqlfluff.
-- noqa: disable=all
SELECT
    m.id,
    m.session_id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts
FROM (
    SELECT DISTINCT j.id
    FROM json_table(
        /* :ids */ '["x"]', '$[*]'
        COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
    ) AS j
) AS wanted
STRAIGHT_JOIN agentstore_messages AS m FORCE INDEX (agentstore_messages_id) ON wanted.id = m.id
LOCK IN SHARE MODE;
