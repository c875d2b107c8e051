-- Have a commit on the disk with the next one of others, or with the log: for one of many batches
-- that are acknowledged together. Storage.apply_retention, delete_sessions and erase_user.
-- Runs: each batch of a clean-up
-- Index: none: no table
-- Returns: none
-- Differs: only SQLite leaves it to the client
PRAGMA synchronous = NORMAL;
