-- Confirmations that have waited since before a time, and the oldest. agentstore doctor.
-- Runs: seldom
-- Index: agentstore_sessions_pkey; none: all confirmations are looked at
-- Rows: reads all confirmations, and the sessions of those until :before
-- Returns: one
SELECT
    count(*) AS confirmations,
    min(p.timestamp) AS oldest
FROM agentstore_pending_confirmations AS p
INNER JOIN agentstore_sessions AS s ON p.session_id = s.id
WHERE
    p.taken_by IS NULL
    AND p.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
    AND s.active = TRUE
    AND s.trashed_at IS NULL;
