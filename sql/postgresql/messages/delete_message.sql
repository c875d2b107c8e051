-- Delete a message; its tool calls go by the foreign key. Storage.delete_message.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Rows: deletes at most one message, :message_id, and its tool calls
-- Returns: count
DELETE FROM agentstore_messages
WHERE id OPERATOR (pg_catalog.=) /* :message_id */ 'm1';
