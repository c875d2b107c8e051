-- The indexes of our tables, and how often each has been used where that is counted.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each index
-- Returns: many
SELECT
    t.relname::text AS our_table,
    c.relname::text AS index_name,
    i.indisvalid AS is_valid,
    s.idx_scan AS scans
FROM pg_catalog.pg_index AS i
INNER JOIN pg_catalog.pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_catalog.pg_class AS t ON i.indrelid = t.oid
LEFT JOIN pg_catalog.pg_stat_all_indexes AS s ON i.indexrelid = s.indexrelid
WHERE
    pg_catalog.starts_with(t.relname::text, 'agentstore_')
    AND t.relnamespace = (
        SELECT o.relnamespace
        FROM pg_catalog.pg_class AS o
        WHERE o.oid = pg_catalog.to_regclass('agentstore_sessions')
    )
ORDER BY our_table, index_name;
