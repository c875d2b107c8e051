-- Begin a transaction that may write, waiting for the other writers now rather than in its middle.
-- Runs: every transaction
-- Index: none: no table
-- Returns: none

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
BEGIN IMMEDIATE;
