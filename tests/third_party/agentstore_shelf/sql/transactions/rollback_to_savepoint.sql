-- Undo what a nested block did.
-- Runs: when a nested block fails
-- Index: none: no table
-- Returns: none
ROLLBACK TO SAVEPOINT agentstore_savepoint_1;
