-- A session's metadata, with its row locked until the transaction ends.
-- Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT s.metadata
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
FOR UPDATE;
