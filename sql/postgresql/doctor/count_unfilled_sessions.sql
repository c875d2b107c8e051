-- Sessions that older code made, which agentstore fill has not come to. agentstore doctor.
-- Runs: seldom
-- Index: none: all sessions are looked at
-- Rows: reads all sessions
-- Returns: one
SELECT pg_catalog.count(*) AS sessions
FROM agentstore_sessions AS s
WHERE s.last_message_at IS NULL;
