-- One tool call.
-- Runs: seldom
-- Index: the unique id of agentstore_tool_calls
-- Returns: one
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
    c.id = /* :tool_call_id */ 'c1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = c.session_id
            AND s.trashed_at IS NULL
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    );
