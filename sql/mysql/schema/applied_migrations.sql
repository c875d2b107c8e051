-- The names of the migrations that yoyo has applied. Storage.schema_status.
-- Runs: at deployment
-- Index: none: a handful of rows
-- Rows: reads all, one for each migration
-- Returns: many
SELECT y.migration_id
FROM _yoyo_migration AS y
ORDER BY y.migration_id;
