-- Delete a message; its tool calls go by the foreign key. Storage.delete_message.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Returns: count
DELETE FROM agentstore_messages
WHERE id = /* :message_id */ 'm1';
