-- One session. Storage.get_session.
-- Runs: often
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT
    s.id,
    cast(s.created_at AS char) AS created_at,
    cast(s.updated_at AS char) AS updated_at,
    s.active,
    s.metadata
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
