-- Our tables: about how many rows each has, its bytes with its indexes, and what is dead or free in it.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each table
-- Returns: many
SELECT
    c.relname::text AS our_table,
    s.n_live_tup AS row_estimate,
    pg_catalog.pg_total_relation_size(c.oid) AS total_bytes,
    s.n_dead_tup AS dead_rows,
    NULL::bigint AS free_bytes
FROM pg_catalog.pg_class AS c
LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON c.oid = s.relid
WHERE
    c.relkind IN ('r', 'p')
    AND pg_catalog.starts_with(c.relname::text, 'agentstore_')
    AND c.relnamespace = (
        SELECT o.relnamespace
        FROM pg_catalog.pg_class AS o
        WHERE o.oid = pg_catalog.to_regclass('agentstore_sessions')
    )
ORDER BY total_bytes DESC;
