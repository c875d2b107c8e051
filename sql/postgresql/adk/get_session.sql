-- What ADK keeps of a session. AgentstoreSessionService.get_session.
-- Runs: often
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT
    a.marker,
    a.last_update_time,
    a.session_state::text AS session_state
FROM agentstore_adk_sessions AS a
WHERE a.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1';
