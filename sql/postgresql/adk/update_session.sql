-- Keep what an event has changed. AgentstoreSessionService.append_event.
-- Runs: once an event
-- Index: agentstore_sessions_pkey, agentstore_adk_sessions_pkey
-- Rows: writes one, of :session_id
-- Returns: count
UPDATE agentstore_adk_sessions
SET
-- @if session_state
    session_state = /* :session_state */ '{}'::json,
-- @end
    marker = /* :marker */ 'm1',
    last_update_time = /* :last_update_time */ 0.5
WHERE
    session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
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
