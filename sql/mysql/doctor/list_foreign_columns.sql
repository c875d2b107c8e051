-- Columns of our tables in another character set or collation, and tables of another engine.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each column and table
-- Returns: many
-- Differs: only MySQL changes these of a table that is there
SELECT
    concat(c.table_name, '.', c.column_name) AS place,
    c.collation_name AS is_now
FROM information_schema.columns AS c
WHERE
    c.table_schema = database()
    AND left(c.table_name, 11) = 'agentstore_'
    AND c.collation_name NOT IN ('utf8mb4_bin', 'ascii_bin')
UNION ALL
SELECT
    t.table_name,
    t.engine
FROM information_schema.tables AS t
WHERE
    t.table_schema = database()
    AND left(t.table_name, 11) = 'agentstore_'
    AND t.engine <> 'InnoDB'
ORDER BY 1;
