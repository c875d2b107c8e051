-- Begin a transaction that may write, waiting for the other writers now rather than in its middle.
-- Storage.transaction, and every write.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none

-- sqlfluff does not know this statement.
-- noqa: disable=PRS
BEGIN IMMEDIATE;
