-- Put a session in the trash. Storage.trash_session.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET
    trashed_at = /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
    creation_token = /* :token */ 't1'
WHERE
    id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND trashed_at IS NULL
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
