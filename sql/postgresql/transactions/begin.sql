-- Begin a transaction. Storage.transaction, and writes of several statements.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none

-- The isolation level is not known to sqlfluff here.
-- noqa: disable=PRS
START TRANSACTION ISOLATION LEVEL READ COMMITTED;
