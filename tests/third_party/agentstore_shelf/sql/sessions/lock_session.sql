-- A session's metadata, which nobody else can change now: the transaction has the write lock.
-- Runs: each change of metadata
-- Index: primary key of agentstore_sessions
-- Returns: one
SELECT s.metadata
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
