-- The names of the migrations that yoyo has applied.
-- Runs: at deployment
-- Index: none: a handful of rows
-- Returns: many
SELECT y.migration_id
FROM _yoyo_migration AS y
ORDER BY y.migration_id;
