-- Whether an id of a session is in use, and whether this store sees the session: not in the trash, nor in
-- another scope. Storage.get_or_create_session, where it has neither found nor created it.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT
    s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        AS is_seen
FROM agentstore_sessions AS s
WHERE s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1';
