-- The foreign keys of our tables. agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each foreign key
-- Returns: many
-- Differs: a table of SQLite keeps those that it was made with
SELECT
    k.conname::text AS key_name,
    k.convalidated AS is_valid
FROM pg_catalog.pg_constraint AS k
INNER JOIN pg_catalog.pg_class AS c ON k.conrelid = c.oid
WHERE
    k.contype = 'f'
    AND c.relnamespace = (
        SELECT o.relnamespace
        FROM pg_catalog.pg_class AS o
        WHERE o.oid = pg_catalog.to_regclass('agentstore_sessions')
    )
ORDER BY key_name;
