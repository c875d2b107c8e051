-- Note that a session has changed, where a tool call of it is pending, before its result is saved.
-- Storage.save_tool_result.
-- Runs: once for each call that was saved without its result
-- Index: agentstore_tool_calls_id, PRIMARY of agentstore_sessions
-- Rows: reads at most one tool call, :tool_call_id; writes its session
-- Returns: count
-- Differs: PostgreSQL does it inside complete_tool_call
UPDATE agentstore_sessions
SET updated_at = greatest(/* :now */ '2026-01-01 00:00:00.000000', updated_at + INTERVAL 1 MICROSECOND)
WHERE
    id = (
        SELECT c.session_id
        FROM agentstore_tool_calls AS c
        WHERE c.id = /* :tool_call_id */ 'c1' AND c.completed_at IS NULL
    )
    AND trashed_at IS NULL
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
