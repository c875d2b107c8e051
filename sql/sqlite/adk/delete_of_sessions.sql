-- Forget what ADK keeps of sessions that were deleted, after them. Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: agentstore_adk_sessions_pkey
-- Rows: deletes at most one for each of :ids
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_adk_sessions
WHERE session_id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j);
