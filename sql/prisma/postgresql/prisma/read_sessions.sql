-- A page of the original's sessions, each with its pending confirmation. agentstore import-prisma.
-- Times are microseconds since 1970, whatever the precision of the column.
-- Runs: once a page of an import
-- Index: agent_sessions_pkey, agent_pending_confirmations_sessionId_key
-- Returns: many
SELECT
    s.id,
    CASE
        WHEN pg_catalog.isfinite(s."createdAt")
            THEN pg_catalog.round(extract(EPOCH FROM s."createdAt") OPERATOR (pg_catalog.*) 1000000)::bigint
        ELSE -9000000000000000000
    END AS created_at,
    CASE
        WHEN pg_catalog.isfinite(s."updatedAt")
            THEN pg_catalog.round(extract(EPOCH FROM s."updatedAt") OPERATOR (pg_catalog.*) 1000000)::bigint
        ELSE -9000000000000000000
    END AS updated_at,
    s.active,
    s.metadata::text AS metadata,
    p.id AS confirmation_id,
    p."toolName" AS tool_name,
    p.arguments::text AS arguments,
    p."userMessage" AS user_message,
    CASE
        WHEN pg_catalog.isfinite(p.timestamp)
            THEN pg_catalog.round(extract(EPOCH FROM p.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint
        ELSE -9000000000000000000
    END AS confirmation_timestamp
FROM agent_sessions AS s
LEFT JOIN agent_pending_confirmations AS p ON s.id OPERATOR (pg_catalog.=) p."sessionId"
-- @if after_key
WHERE s.id OPERATOR (pg_catalog.>) /* :after_key_id */ 's1'
-- @end
ORDER BY s.id
LIMIT /* :limit */ 100;
