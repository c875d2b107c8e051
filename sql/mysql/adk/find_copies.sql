-- Whether Google ADK keeps a session, whose events hold what its messages say. Storage.erase_message.
-- Runs: seldom
-- Index: PRIMARY of agentstore_adk_sessions
-- Rows: reads at most one, of :session_id
-- Returns: many
SELECT 'the Google ADK session' AS place
FROM agentstore_adk_sessions AS a
WHERE a.session_id = /* :session_id */ 's1';
