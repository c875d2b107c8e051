-- Delete all messages of a session; their tool calls go by the foreign key.
-- Storage.delete_session_messages.
-- Runs: seldom
-- Index: agentstore_messages_pkey
-- Rows: deletes all messages of :session_id, and their tool calls
-- Returns: count
DELETE FROM agentstore_messages
WHERE session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1';
