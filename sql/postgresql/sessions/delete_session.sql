-- Delete a session; what hangs on it goes by the foreign keys. Storage.delete_session.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Returns: count
DELETE FROM agentstore_sessions
WHERE id = /* :session_id */ 's1';
