-- The indexes of our tables, and how often each has been used where that is counted.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each index
-- Returns: many
SELECT
    s.table_name AS our_table,
    CASE s.index_name
        WHEN 'PRIMARY' THEN concat('PRIMARY of ', s.table_name)
        ELSE s.index_name
    END AS index_name,
    TRUE AS is_valid,
    NULL AS scans
FROM information_schema.statistics AS s
WHERE
    s.table_schema = database()
    AND left(s.table_name, 11) = 'agentstore_'
    AND s.seq_in_index = 1
ORDER BY s.table_name, s.index_name;
