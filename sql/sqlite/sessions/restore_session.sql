-- Take a session out of the trash. Storage.restore_session.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET
    trashed_at = NULL,
    creation_token = /* :token */ 't1'
WHERE
    id = /* :session_id */ 's1'
    AND trashed_at IS NOT NULL
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
