-- What the server is, its clock (UTC) and its character set. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: one
SELECT
    pg_catalog.current_setting('server_version') AS version_text,
    pg_catalog.to_char(
        pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'
    ) AS server_time,
    pg_catalog.current_setting('server_encoding') AS character_set;
