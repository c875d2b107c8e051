-- Take a session out of the trash. Storage.restore_session.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, or agentstore_sessions_trashed where the trash is small
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET
    trashed_at = NULL,
    creation_token = /* :token */ 't1'
WHERE
    id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND trashed_at IS NOT NULL
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
