-- The last of a session's messages in the original, by which a copied session is known to be whole.
-- agentstore import-prisma.
-- Runs: once a session that is copied already
-- Index: agent_messages_sessionId_idx
-- Returns: one
SELECT
    m.id,
    coalesce(
        timestampdiff(MICROSECOND, '1970-01-01', m.timestamp), -9000000000000000000
    ) AS message_timestamp
FROM agent_messages AS m
WHERE m.sessionId = /* :session_id */ 's1'
ORDER BY message_timestamp DESC, cast(m.id AS binary) DESC
LIMIT 1;
