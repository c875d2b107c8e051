-- Put a session in the trash.
-- Runs: seldom
-- Index: primary key of agentstore_sessions
-- Returns: count
UPDATE agentstore_sessions
SET
    trashed_at = /* :now */ '2026-01-01 00:00:00.000000',
    creation_token = /* :token */ 't1'
WHERE
    id = /* :session_id */ 's1'
    AND trashed_at IS NULL
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
