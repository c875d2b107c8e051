-- Our tables: about how many rows each has, its bytes with its indexes, and what is dead or free in it.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each table
-- Returns: many
SELECT
    t.table_name AS our_table,
    t.table_rows AS row_estimate,
    t.data_length + t.index_length AS total_bytes,
    NULL AS dead_rows,
    t.data_free AS free_bytes
FROM information_schema.tables AS t
WHERE
    t.table_schema = database()
    AND left(t.table_name, 11) = 'agentstore_'
ORDER BY total_bytes DESC;
