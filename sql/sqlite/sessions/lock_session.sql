-- A session's metadata, which nobody else can change now: the transaction has the write lock.
-- Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT s.metadata
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
;
