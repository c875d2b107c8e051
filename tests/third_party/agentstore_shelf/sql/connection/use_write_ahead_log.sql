-- Let readers read while a writer writes.
-- Runs: once a connection
-- Index: none: no table
-- Returns: one
PRAGMA journal_mode = WAL;
