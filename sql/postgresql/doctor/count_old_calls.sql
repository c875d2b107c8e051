-- Tool calls that have waited for their result since before a time, and the oldest. agentstore doctor.
-- Runs: seldom
-- Index: agentstore_tool_calls_pending, agentstore_sessions_pkey
-- Rows: reads all pending tool calls until :before, and their sessions
-- Returns: one
SELECT
    pg_catalog.count(*) AS calls,
    pg_catalog.to_char(pg_catalog.min(c.timestamp) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS oldest
FROM agentstore_tool_calls AS c
INNER JOIN agentstore_sessions AS s ON c.session_id OPERATOR (pg_catalog.=) s.id
WHERE
    c.completed_at IS NULL
    AND c.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
    AND s.active = TRUE
    AND s.trashed_at IS NULL;
