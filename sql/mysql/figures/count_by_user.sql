-- The users with the most messages: their sessions and messages. agentstore stats.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all messages that the filters leave, and their sessions; sorts the users, and returns :limit
-- Returns: many
SELECT
    s.tenant_id,
    s.user_id,
    count(DISTINCT s.id) AS sessions,
    count(*) AS messages
FROM agentstore_messages AS m
INNER JOIN agentstore_sessions AS s ON m.session_id = s.id
WHERE
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if after
    AND m.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND m.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
GROUP BY s.tenant_id, s.user_id
ORDER BY messages DESC, s.tenant_id ASC, s.user_id ASC
LIMIT /* :limit */ 20;
