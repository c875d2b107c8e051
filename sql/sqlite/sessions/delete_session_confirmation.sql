-- Delete a session's confirmation before the session. Storage.delete_session, Storage.delete_sessions.
-- Runs: seldom
-- Index: agentstore_pending_confirmations_pkey
-- Rows: deletes at most one, of :session_id
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_pending_confirmations
WHERE session_id = /* :session_id */ 's1';
