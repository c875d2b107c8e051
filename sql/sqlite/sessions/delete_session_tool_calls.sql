-- Delete a session's tool calls before its messages. Storage.delete_session, Storage.delete_sessions.
-- Runs: seldom
-- Index: agentstore_tool_calls_pkey
-- Rows: deletes all tool calls of :session_id
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_tool_calls
WHERE session_id = /* :session_id */ 's1';
