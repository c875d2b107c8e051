-- How many sessions began on each day (UTC). agentstore stats.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all sessions that the filters leave
-- Returns: many
SELECT
    substr(s.created_at, 1, 10) AS on_day,
    count(*) AS sessions
FROM agentstore_sessions AS s
WHERE
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if after
    AND s.created_at >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND s.created_at <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
GROUP BY on_day
ORDER BY on_day;
