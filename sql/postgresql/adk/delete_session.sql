-- Forget what ADK keeps of a session, where no foreign key does. AgentstoreSessionService.delete_session.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_adk_sessions_pkey
-- Rows: deletes at most one, of :session_id
-- Returns: count
DELETE FROM agentstore_adk_sessions
WHERE
    session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
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
