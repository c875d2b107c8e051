-- Undo a transaction.
-- Runs: when a transaction fails
-- Index: none: no table
-- Returns: none
ROLLBACK;
