-- The sessions that were not touched for longest, locked; those in use are passed over.
-- Storage.delete_sessions.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_updated_at
-- Rows: reads at most :limit, and those that others have locked
-- Returns: many
SELECT
    s.id,
    s.updated_at AT TIME ZONE 'UTC' AS updated_at
FROM agentstore_sessions AS s
WHERE
    s.active = /* :active */ FALSE
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
ORDER BY s.updated_at, s.id
LIMIT /* :limit */ 100
FOR UPDATE SKIP LOCKED;
