-- What ADK keeps of a session. AgentstoreSessionService.get_session.
-- Runs: often
-- Index: agentstore_sessions_pkey, agentstore_adk_sessions_pkey
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT
    a.marker,
    a.last_update_time,
    a.session_state::text AS session_state
FROM agentstore_adk_sessions AS a
WHERE
    a.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
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
    );
