-- A page of the original's sessions, each with its pending confirmation. agentstore import-prisma.
-- Times are microseconds since 1970; what is none, as 0000-00-00, is below all.
-- Runs: once a page of an import
-- Index: PRIMARY of agent_sessions, agent_pending_confirmations_sessionId_key
-- Returns: many
SELECT
    s.id,
    coalesce(
        timestampdiff(MICROSECOND, '1970-01-01', s.createdAt), -9000000000000000000
    ) AS created_at,
    coalesce(
        timestampdiff(MICROSECOND, '1970-01-01', s.updatedAt), -9000000000000000000
    ) AS updated_at,
    s.active,
    s.metadata,
    p.id AS confirmation_id,
    p.toolName AS tool_name,
    p.arguments,
    p.userMessage AS user_message,
    coalesce(
        timestampdiff(MICROSECOND, '1970-01-01', p.timestamp), -9000000000000000000
    ) AS confirmation_timestamp
FROM agent_sessions AS s
LEFT JOIN agent_pending_confirmations AS p ON s.id = p.sessionId
-- @if after_key
WHERE s.id > /* :after_key_id */ 's1'
-- @end
ORDER BY s.id
LIMIT /* :limit */ 100;
