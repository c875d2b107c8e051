-- Index a session's metadata. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: agentstore_sessions_pkey
-- Rows: reads one session, :session_id; writes one index entry for each of :entries
-- Returns: count
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.entry,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN pg_catalog.unnest(/* :entries */ '{}'::text[]) AS e (entry)
WHERE
    s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
