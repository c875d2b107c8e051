-- A page of a session's tool calls, last to first. Storage.query_tool_calls.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_tool_calls_pkey; where a filter keeps few calls,
--   agentstore_tool_calls_timestamp,
--   agentstore_tool_calls_tool_name or agentstore_tool_calls_pending
-- Rows: reads at most :limit and :offset tool calls of :session_id; as many more as the filters do
--   not leave
-- Returns: many
SELECT
    c.id,
    c.session_id,
    c.message_id,
    c.position,
    c.call_id,
    c.tool_name,
    c.arguments::text AS arguments,
    c.result::text AS result,
    c.success,
    c.timestamp AT TIME ZONE 'UTC' AS timestamp,
    c.completed_at AT TIME ZONE 'UTC' AS completed_at
FROM agentstore_tool_calls AS c
WHERE
    c.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
            AND s.trashed_at IS NULL
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
-- @if tool_name
    AND c.tool_name OPERATOR (pg_catalog.=) /* :tool_name */ 'search'
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
    AND c.timestamp >= /* :after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if before
    AND c.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
ORDER BY c.message_position DESC, c.position DESC
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
