-- Delete a message; its tool calls go by the foreign key.
-- Runs: seldom
-- Index: the unique id of agentstore_messages
-- Returns: count
DELETE FROM agentstore_messages
WHERE id = /* :message_id */ 'm1';
