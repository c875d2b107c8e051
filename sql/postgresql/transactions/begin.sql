-- Begin a transaction. Storage.transaction, and writes of several statements.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none

-- sqlfluff does not know the isolation level here.
-- noqa: disable=PRS
START TRANSACTION ISOLATION LEVEL READ COMMITTED;
