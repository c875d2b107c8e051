-- Keep what an event has changed. AgentstoreSessionService.append_event.
-- Runs: once an event
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_adk_sessions
-- Rows: writes one, of :session_id
-- Returns: count
UPDATE agentstore_adk_sessions
SET
-- @if session_state
    session_state = /* :session_state */ '{}',
-- @end
    marker = /* :marker */ 'm1',
    last_update_time = /* :last_update_time */ 0.5
WHERE
    session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
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
    );
