-- Our tables: about how many rows each has, its bytes with its indexes, and what is dead or free in it.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each table
-- Returns: many
SELECT
    'the file' AS our_table,
    NULL AS row_estimate,
    c.page_count * s.page_size AS total_bytes,
    NULL AS dead_rows,
    f.freelist_count * s.page_size AS free_bytes
FROM pragma_page_count AS c
CROSS JOIN pragma_page_size AS s
CROSS JOIN pragma_freelist_count AS f;
