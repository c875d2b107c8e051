-- How many messages of each role there are of each day (UTC). agentstore stats, agentstore doctor.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all messages that the filters leave, and their sessions
-- Returns: many
SELECT
    pg_catalog.to_char(m.timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS on_day,
    m.role,
    pg_catalog.count(*) AS messages
FROM agentstore_messages AS m
INNER JOIN agentstore_sessions AS s ON m.session_id OPERATOR (pg_catalog.=) s.id
WHERE
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if after
    AND m.timestamp >= /* :after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if before
    AND m.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
GROUP BY on_day, m.role
ORDER BY on_day, m.role;
