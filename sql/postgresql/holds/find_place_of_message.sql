-- Where a message is. What deletes or empties messages, before lock_sessions.
-- Runs: each deletion
-- Index: agentstore_messages_id
-- Rows: reads at most one, :message_id
-- Returns: many
SELECT
    m.session_id,
    m.position
FROM agentstore_messages AS m
WHERE m.id OPERATOR (pg_catalog.=) /* :message_id */ 'm1';
