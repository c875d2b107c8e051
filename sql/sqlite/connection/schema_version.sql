-- Read the file's header, to learn whether the file can be read at all.
-- Runs: once a connection
-- Index: none: no table
-- Returns: one
-- Differs: only SQLite is a file
PRAGMA schema_version;
