-- A page of tool calls across sessions by time, oldest first.
-- Storage.query_tool_calls.
-- Runs: now and then
-- Index: PRIMARY of agentstore_sessions, agentstore_tool_calls_timestamp,
--   agentstore_tool_calls_tool_name, agentstore_tool_calls_pending
-- Rows: reads at most :limit and :offset tool calls; as many more as the filters do not leave
-- Returns: many
-- Differs: 1 = ( ) in place of EXISTS keeps it a look-up for each row: the optimizer would read all sessions
SELECT
    c.id,
    c.session_id,
    c.message_id,
    c.position,
    c.call_id,
    c.tool_name,
    c.arguments,
    c.result,
    c.success,
    cast(c.timestamp AS char) AS timestamp,
    cast(c.completed_at AS char) AS completed_at
FROM agentstore_tool_calls AS c
WHERE
    1 = 1
    AND 1 = (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = c.session_id
            AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
-- @if tool_name
    AND c.tool_name = /* :tool_name */ 'search'
    AND cast(c.tool_name AS binary) = cast(/* :tool_name */ 'search' AS binary)
-- @end
-- @if success
    AND c.success = /* :success */ TRUE
-- @end
-- @if is_pending
    AND c.completed_at IS NULL
-- @end
-- @if is_complete
    AND c.completed_at IS NOT NULL
-- @end
-- @if after
    AND c.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND c.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
ORDER BY c.timestamp, c.session_id, c.message_position, c.position
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
