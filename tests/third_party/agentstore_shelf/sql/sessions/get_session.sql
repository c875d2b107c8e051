-- One session.
-- Runs: often
-- Index: primary key of agentstore_sessions
-- Returns: one
SELECT
    s.id,
    s.created_at,
    s.updated_at,
    s.active,
    s.metadata
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
