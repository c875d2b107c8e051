-- The last of a session's messages in the original, by which a copied session is known to be whole.
-- agentstore import-prisma.
-- Runs: once a session that is copied already
-- Index: agent_messages_sessionId_idx
-- Returns: one
SELECT
    m.id,
    CASE
        WHEN pg_catalog.isfinite(m.timestamp)
            THEN pg_catalog.round(extract(EPOCH FROM m.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint
        ELSE -9000000000000000000
    END AS message_timestamp
FROM agent_messages AS m
WHERE m."sessionId" OPERATOR (pg_catalog.=) /* :session_id */ 's1'
ORDER BY message_timestamp DESC, pg_catalog.convert_to(m.id, 'UTF8') DESC
LIMIT 1;
