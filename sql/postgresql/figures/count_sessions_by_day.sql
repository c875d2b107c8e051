-- How many sessions began on each day (UTC). agentstore stats.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all sessions that the filters leave
-- Returns: many
SELECT
    pg_catalog.to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS on_day,
    pg_catalog.count(*) AS sessions
FROM agentstore_sessions AS s
WHERE
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if after
    AND s.created_at >= /* :after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if before
    AND s.created_at <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
GROUP BY on_day
ORDER BY on_day;
