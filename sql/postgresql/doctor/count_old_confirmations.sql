-- Confirmations that have waited since before a time, and the oldest. agentstore doctor.
-- Runs: seldom
-- Index: agentstore_sessions_pkey; none: all confirmations are looked at
-- Rows: reads all confirmations, and the sessions of those until :before
-- Returns: one
SELECT
    pg_catalog.count(*) AS confirmations,
    pg_catalog.to_char(pg_catalog.min(p.timestamp) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS oldest
FROM agentstore_pending_confirmations AS p
INNER JOIN agentstore_sessions AS s ON p.session_id OPERATOR (pg_catalog.=) s.id
WHERE
    p.taken_by IS NULL
    AND p.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
    AND s.active = TRUE
    AND s.trashed_at IS NULL;
