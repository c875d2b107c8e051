-- Delete all messages of a session; their tool calls go by the foreign key.
-- Runs: seldom
-- Index: primary key of agentstore_messages
-- Returns: count
DELETE FROM agentstore_messages
WHERE session_id = /* :session_id */ 's1';
