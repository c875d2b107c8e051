-- Note that a session has changed, where a tool call of it is pending, before its result is saved.
-- Storage.save_tool_result.
-- Runs: once for each call that was saved without its result
-- Index: agentstore_tool_calls_id, agentstore_sessions_pkey
-- Rows: reads at most one tool call, :tool_call_id; writes its session
-- Returns: count
-- Differs: PostgreSQL does it inside complete_tool_call
UPDATE agentstore_sessions
SET
    updated_at = CASE
        WHEN updated_at < /* :now */ '2026-01-01 00:00:00.000000'
            THEN /* :now */ '2026-01-01 00:00:00.000000'
        WHEN substr(updated_at, 21) = '999999'
            THEN datetime(substr(updated_at, 1, 19), '+1 second') || '.000000'
        ELSE substr(updated_at, 1, 20) || printf('%06d', substr(updated_at, 21) + 1)
    END
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
