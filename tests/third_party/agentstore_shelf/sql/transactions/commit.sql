-- Commit a transaction.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none
COMMIT;
