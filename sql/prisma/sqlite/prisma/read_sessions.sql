-- A page of the original's sessions, each with its pending confirmation. agentstore import-prisma.
-- Times are microseconds since 1970, from milliseconds or from ISO text as Prisma writes them;
-- what is neither is below all.
-- Runs: once a page of an import
-- Index: sqlite_autoindex_agent_sessions_1, agent_pending_confirmations_sessionId_key
-- Returns: many
-- Differs: in SQLite Prisma writes a time as a number or as text
SELECT
    s.id,
    coalesce(
        CASE
            WHEN typeof(s."createdAt") = 'text'
                THEN cast(round((julianday(s."createdAt") - 2440587.5) * 86400000) AS integer)
            ELSE cast(s."createdAt" AS integer)
        END * 1000, -9000000000000000000
    ) AS created_at,
    coalesce(
        CASE
            WHEN typeof(s."updatedAt") = 'text'
                THEN cast(round((julianday(s."updatedAt") - 2440587.5) * 86400000) AS integer)
            ELSE cast(s."updatedAt" AS integer)
        END * 1000, -9000000000000000000
    ) AS updated_at,
    s.active,
    cast(s.metadata AS text) AS metadata,
    p.id AS confirmation_id,
    p."toolName" AS tool_name,
    cast(p.arguments AS text) AS arguments,
    p."userMessage" AS user_message,
    coalesce(
        CASE
            WHEN typeof(p.timestamp) = 'text'
                THEN cast(round((julianday(p.timestamp) - 2440587.5) * 86400000) AS integer)
            ELSE cast(p.timestamp AS integer)
        END * 1000, -9000000000000000000
    ) AS confirmation_timestamp
FROM agent_sessions AS s
LEFT JOIN agent_pending_confirmations AS p ON s.id = p."sessionId"
-- @if after_key
WHERE s.id > /* :after_key_id */ 's1'
-- @end
ORDER BY s.id
LIMIT /* :limit */ 100;
