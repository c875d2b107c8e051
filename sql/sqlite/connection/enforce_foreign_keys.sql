-- Have foreign keys enforced, which SQLite does only when asked.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: only SQLite leaves them off
PRAGMA foreign_keys = ON;
