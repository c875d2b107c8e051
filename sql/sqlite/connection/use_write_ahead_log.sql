-- Let readers read while a writer writes.
-- Runs: once a connection
-- Index: none: no table
-- Returns: one
-- Differs: only SQLite has journal modes
PRAGMA journal_mode = WAL;
