-- How the connection is encrypted; no row or '' where it is not. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: many
-- Differs: SQLite has no network
SELECT pg_catalog.concat(s.version, ' ', s.cipher) AS cipher
FROM pg_catalog.pg_stat_ssl AS s
WHERE
    s.pid = pg_catalog.pg_backend_pid()
    AND s.ssl;
