-- Begin a transaction. Storage.transaction, and writes of several statements.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none
START TRANSACTION;
