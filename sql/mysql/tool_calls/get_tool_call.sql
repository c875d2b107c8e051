-- One tool call. Storage.save_tool_result, where the call was not pending.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, agentstore_tool_calls_id
-- Rows: reads at most one, :tool_call_id
-- Returns: one

-- Locked, so that it is the newest, though a bound connection's snapshot may be older.
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
    c.id = /* :tool_call_id */ 'c1'
    AND EXISTS (
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
        LOCK IN SHARE MODE
    )
LOCK IN SHARE MODE;
