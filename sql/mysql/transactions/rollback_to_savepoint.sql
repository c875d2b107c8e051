-- Undo what a nested block did.
-- Runs: when a nested block fails
-- Index: none: no table
-- Returns: none

-- sqlfluff does not know this statement.
-- noqa: disable=PRS
ROLLBACK TO SAVEPOINT agentstore_savepoint_1;
