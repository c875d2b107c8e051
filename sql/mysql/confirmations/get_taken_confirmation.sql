-- Whether an attempt of take_pending_confirmation whose reply was lost has taken it.
-- Storage.take_pending_confirmation.
-- Runs: seldom: after a lost reply
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_pending_confirmations
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT p.id
FROM agentstore_pending_confirmations AS p
WHERE
    p.session_id = /* :session_id */ 's1'
    AND p.taken_by = /* :token */ 't1'
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
