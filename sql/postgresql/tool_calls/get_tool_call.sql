-- One tool call. Storage.save_tool_result, where the call was not pending.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_tool_calls_id
-- Rows: reads at most one, :tool_call_id
-- Returns: one
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
    c.id OPERATOR (pg_catalog.=) /* :tool_call_id */ 'c1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) c.session_id
            AND s.trashed_at IS NULL
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        OFFSET 0
    );
