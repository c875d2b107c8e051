-- Delete a session's index entries before the session. Storage.delete_session, Storage.delete_sessions.
-- Runs: seldom
-- Index: agentstore_session_metadata_pkey
-- Rows: deletes all index entries of :session_id
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_session_metadata
WHERE session_id = /* :session_id */ 's1';
