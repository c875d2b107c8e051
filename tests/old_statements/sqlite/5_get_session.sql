-- One session. Storage.get_session.
-- Runs: often
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT
    s.id,
    s.created_at,
    s.updated_at,
    s.active,
    s.metadata
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
