-- Copy what the write-ahead log has into the file, as far as nobody is in the way.
-- Storage.apply_retention, delete_sessions and erase_user, so that no writer's commit has to.
-- Runs: behind some batches of a clean-up
-- Index: none: no table
-- Returns: one
-- Differs: only SQLite leaves it to its clients
PRAGMA wal_checkpoint (PASSIVE);
