-- A session's pending confirmation. Storage.get_pending_confirmation; Storage.take_pending_confirmation,
-- which reads it first.
-- Runs: often
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_pending_confirmations
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT
    p.id,
    p.session_id,
    p.tool_name,
    p.arguments,
    p.user_message,
    p.user_message_escaped,
    cast(p.timestamp AS char) AS timestamp
FROM agentstore_pending_confirmations AS p
WHERE
    p.session_id = /* :session_id */ 's1'
    AND p.taken_by IS NULL
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
            AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    );
