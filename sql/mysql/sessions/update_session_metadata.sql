-- Replace a session's metadata, under the lock of lock_session. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET
    metadata = /* :metadata */ '{"user_id": "123"}',
    updated_at = greatest(/* :now */ '2026-01-01 00:00:00.000000', updated_at + INTERVAL 1 MICROSECOND)
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
