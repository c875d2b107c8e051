-- Delete the checkpoints of the threads whose sessions were deleted, after them. Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: deletes all of each of :ids
-- Returns: count
-- Differs: PostgreSQL deletes from all four tables in one statement, delete_of_sessions
DELETE FROM agentstore_checkpoints
WHERE thread_id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j);
