-- Forget the index entries of metadata that changed. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
-- Rows: deletes at most one index entry of :session_id for each of :entries
-- Returns: count
DELETE FROM agentstore_session_metadata
WHERE
    session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    );
