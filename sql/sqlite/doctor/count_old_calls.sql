-- Tool calls that have waited for their result since before a time, and the oldest. agentstore doctor.
-- Runs: seldom
-- Index: agentstore_tool_calls_pending, agentstore_sessions_pkey
-- Rows: reads all pending tool calls until :before, and their sessions
-- Returns: one
-- Differs: + keeps a filter from being looked up by an index of all sessions' rows, of which SQLite may
--   believe that it finds few
SELECT
    count(*) AS calls,
    min(c.timestamp) AS oldest
FROM agentstore_tool_calls AS c
INNER JOIN agentstore_sessions AS s ON c.session_id = s.id
WHERE
    c.completed_at IS NULL
    AND c.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
    AND +s.active = TRUE
    AND s.trashed_at IS NULL;
