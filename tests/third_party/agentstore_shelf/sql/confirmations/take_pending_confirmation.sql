-- Mark the confirmation that a caller has read as taken by it, and blank what was asked: of many callers it
-- is one's. The row stays, so that a save whose reply was lost does not bring it back.
-- Runs: once a confirmation
-- Index: primary key of agentstore_pending_confirmations
-- Returns: count
UPDATE agentstore_pending_confirmations
SET
    taken_by = /* :token */ 't1',
    tool_name = '',
    arguments = 'null',
    user_message = ''
WHERE
    session_id = /* :session_id */ 's1'
    AND id = /* :id */ 'p1'
    AND taken_by IS NULL
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
    );
