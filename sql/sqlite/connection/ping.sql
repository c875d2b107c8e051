-- Ask the server for a sign of life. Storage.ping.
-- Runs: health checks
-- Index: none: no table
-- Returns: one
SELECT 1 AS alive;
