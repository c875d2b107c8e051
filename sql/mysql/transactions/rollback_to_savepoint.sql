-- Undo what a nested block did.
-- Runs: when a nested block fails
-- Index: none: no table
-- Returns: none

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
ROLLBACK TO SAVEPOINT agentstore_savepoint_1;
