-- Forget what ADK keeps of a session, where no foreign key does. AgentstoreSessionService.delete_session.
-- Runs: seldom
-- Index: agentstore_adk_sessions_pkey
-- Rows: deletes at most one, of :session_id
-- Returns: count
DELETE FROM agentstore_adk_sessions
WHERE session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1';
