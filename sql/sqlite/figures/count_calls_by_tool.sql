-- How many calls of each tool there are of each day (UTC), how many failed and how many wait.
-- agentstore stats.
-- Runs: now and then
-- Index: none: all are counted
-- Rows: reads all tool calls that the filters leave, and their sessions
-- Returns: many
SELECT
    substr(c.timestamp, 1, 10) AS on_day,
    c.tool_name,
    count(*) AS calls,
    count(CASE WHEN c.success = FALSE THEN 1 END) AS failed,
    count(CASE WHEN c.completed_at IS NULL THEN 1 END) AS pending
FROM agentstore_tool_calls AS c
INNER JOIN agentstore_sessions AS s ON c.session_id = s.id
WHERE
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if after
    AND c.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND c.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
GROUP BY on_day, c.tool_name
ORDER BY on_day, c.tool_name;
