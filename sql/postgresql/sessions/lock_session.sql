-- A session's metadata, with its row locked until the transaction ends.
-- Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT s.metadata::text AS metadata
FROM agentstore_sessions AS s
WHERE
    s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
FOR NO KEY UPDATE;
