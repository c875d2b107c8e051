-- The last of a session's messages in the original, by which a copied session is known to be whole.
-- agentstore import-prisma.
-- Runs: once a session that is copied already
-- Index: agent_messages_sessionId_idx
-- Returns: one
-- Differs: in SQLite Prisma writes a time as a number or as text
SELECT
    m.id,
    coalesce(
        CASE
            WHEN typeof(m.timestamp) = 'text'
                THEN cast(round((julianday(m.timestamp) - 2440587.5) * 86400000) AS integer)
            ELSE cast(m.timestamp AS integer)
        END * 1000, -9000000000000000000
    ) AS message_timestamp
FROM agent_messages AS m
WHERE m."sessionId" = /* :session_id */ 's1'
ORDER BY message_timestamp DESC, m.id DESC
LIMIT 1;
