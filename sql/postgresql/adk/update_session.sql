-- Keep what an event has changed. AgentstoreSessionService.append_event.
-- Runs: once an event
-- Index: agentstore_adk_sessions_pkey
-- Rows: writes one, of :session_id
-- Returns: count
UPDATE agentstore_adk_sessions
SET
-- @if session_state
    session_state = /* :session_state */ '{}'::json,
-- @end
    marker = /* :marker */ 'm1',
    last_update_time = /* :last_update_time */ 0.5
WHERE session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1';
