-- Our tables that autovacuum leaves alone. agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each table
-- Returns: many
-- Differs: only PostgreSQL has autovacuum
SELECT c.relname::text AS our_table
FROM pg_catalog.pg_class AS c
CROSS JOIN pg_catalog.pg_options_to_table(c.reloptions) AS o
WHERE
    pg_catalog.starts_with(c.relname::text, 'agentstore_')
    AND c.relnamespace = (
        SELECT s.relnamespace
        FROM pg_catalog.pg_class AS s
        WHERE s.oid = pg_catalog.to_regclass('agentstore_sessions')
    )
    AND o.option_name OPERATOR (pg_catalog.=) 'autovacuum_enabled'
    AND o.option_value IN ('false', 'off', 'no', '0')
ORDER BY our_table;
