-- What this connection has set of what it depends on, and what the server would have. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: many
SELECT
    'foreign_keys' AS setting_name,
    cast(f.foreign_keys AS text) AS session_value,
    NULL AS server_value
FROM pragma_foreign_keys AS f
UNION ALL
SELECT
    'synchronous',
    cast(s.synchronous AS text),
    NULL
FROM pragma_synchronous AS s
UNION ALL
SELECT
    'journal_mode',
    j.journal_mode,
    NULL
FROM pragma_journal_mode AS j
UNION ALL
SELECT
    'busy_timeout',
    cast(b.timeout AS text),
    NULL
FROM pragma_busy_timeout AS b;
