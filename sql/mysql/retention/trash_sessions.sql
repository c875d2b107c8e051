-- Put locked sessions in the trash. Storage.apply_retention, behind lock_sessions.
-- Runs: each batch of a clean-up
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes at most one session for each of :ids
-- Returns: count

-- STRAIGHT_JOIN, as in delete_sessions, is not known to sqlfluff, nor the character set of a column.
-- noqa: disable=all
UPDATE json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON wanted.id = s.id
SET s.trashed_at = /* :now */ '2026-01-01 00:00:00.000000'
WHERE
    (s.trashed_at IS NULL) IS TRUE;
