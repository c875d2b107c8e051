-- Have a commit on the disk before it is acknowledged.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: only SQLite leaves it to the client
PRAGMA synchronous = FULL;
