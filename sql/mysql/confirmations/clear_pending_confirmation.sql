-- Drop a session's pending confirmation; an empty row stays, so that a save whose reply was lost does
-- not bring it back. Storage.clear_pending_confirmation.
-- Runs: once a confirmation at most
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_pending_confirmations
-- Rows: writes at most one, of :session_id
-- Returns: count
UPDATE agentstore_pending_confirmations
SET
    taken_by = 'cleared',
    tool_name = '',
    arguments = 'null',
    user_message = ''
WHERE
    session_id = /* :session_id */ 's1'
    AND taken_by IS NULL
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
