-- What the server is, its clock (UTC) and its character set. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: one
SELECT
    sqlite_version() AS version_text,
    strftime('%Y-%m-%d %H:%M:%f', 'now') AS server_time,
    e.encoding AS charset
FROM pragma_encoding AS e;
