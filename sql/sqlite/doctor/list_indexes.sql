-- The indexes of our tables, and how often each has been used where that is counted.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each index
-- Returns: many
SELECT
    m.tbl_name AS our_table,
    m.name AS index_name,
    TRUE AS is_valid,
    NULL AS scans
FROM sqlite_master AS m
WHERE
    m.type = 'index'
    AND substr(m.tbl_name, 1, 11) = 'agentstore_'
    AND m.sql IS NOT NULL
ORDER BY m.tbl_name, m.name;
