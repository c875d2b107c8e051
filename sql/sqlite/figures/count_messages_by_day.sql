-- How many messages of each role there are of each day (UTC). agentstore stats, agentstore doctor.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all messages that the filters leave, and their sessions
-- Returns: many
SELECT
    substr(m.timestamp, 1, 10) AS on_day,
    m.role,
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
GROUP BY on_day, m.role
ORDER BY on_day, m.role;
