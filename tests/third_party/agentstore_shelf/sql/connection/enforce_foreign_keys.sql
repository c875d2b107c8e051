-- Have foreign keys enforced, which is done only when asked.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
PRAGMA foreign_keys = ON;
