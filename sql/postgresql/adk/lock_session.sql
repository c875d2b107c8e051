-- What ADK keeps of a session, with its row locked until the transaction ends.
-- AgentstoreSessionService.append_event.
-- Runs: once an event
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
    )
FOR UPDATE;
