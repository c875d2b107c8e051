-- Delete the index entries of the threads whose sessions were deleted, after them. Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: PRIMARY of agentstore_checkpoint_metadata
-- Rows: deletes all of each of :ids
-- Returns: count
-- Differs: PostgreSQL deletes from all four tables in one statement, delete_of_sessions

-- STRAIGHT_JOIN and the character set: as in sessions/delete_sessions.
-- noqa: disable=all
DELETE c FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_checkpoint_metadata AS c FORCE INDEX (PRIMARY) ON wanted.id = c.thread_id;
