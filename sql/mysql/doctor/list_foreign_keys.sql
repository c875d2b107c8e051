-- The foreign keys of our tables. agentstore doctor.
-- Runs: seldom
-- Index: none: the catalogue alone
-- Rows: reads a row of the catalogue for each foreign key
-- Returns: many
-- Differs: a table of SQLite keeps those that it was made with
SELECT
    k.constraint_name AS key_name,
    TRUE AS is_valid
FROM information_schema.referential_constraints AS k
WHERE k.constraint_schema = database()
ORDER BY k.constraint_name;
