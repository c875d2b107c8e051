-- Ask the server for a sign of life.
-- Runs: health checks
-- Index: none: no table
-- Returns: one
SELECT 1 AS alive;
