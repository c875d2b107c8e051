-- A session's metadata, with its row locked until the transaction ends.
-- Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT s.metadata
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1'
FOR UPDATE;
