-- Put locked sessions in the trash. Storage.apply_retention, behind lock_sessions.
-- Runs: each batch of a clean-up
-- Index: as the table has
-- Returns: count
UPDATE agentstore_sessions
SET trashed_at = /* :now */ '2026-01-01 00:00:00.000000'
WHERE
    id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j)
    AND trashed_at IS NULL;
