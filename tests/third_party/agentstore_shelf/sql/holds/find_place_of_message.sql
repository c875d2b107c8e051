-- Where a message is. What deletes or empties messages, before lock_sessions.
-- Runs: each deletion
-- Index: as the table has
-- Returns: many
SELECT
    m.session_id,
    m.position
FROM agentstore_messages AS m
WHERE m.id = /* :message_id */ 'm1';
