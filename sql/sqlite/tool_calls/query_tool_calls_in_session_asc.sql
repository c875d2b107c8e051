-- A page of a session's tool calls, first to last. Storage.query_tool_calls.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_tool_calls_pkey
-- Rows: reads at most :limit and :offset tool calls of :session_id; as many more as the filters do
--   not leave
-- Returns: many
-- Differs: + keeps a filter from being looked up by an index of all sessions' rows, of which SQLite may
--   believe that it finds few
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
    c.timestamp,
    c.completed_at
FROM agentstore_tool_calls AS c
WHERE
    c.session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
            AND s.trashed_at IS NULL
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    )
-- @if tool_name
    AND +c.tool_name = /* :tool_name */ 'search'
-- @end
-- @if success
    AND c.success = /* :success */ TRUE
-- @end
-- @if is_pending
    AND +c.completed_at IS NULL
-- @end
-- @if is_complete
    AND +c.completed_at IS NOT NULL
-- @end
-- @if after
    AND +c.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND +c.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
ORDER BY c.message_position, c.position
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
