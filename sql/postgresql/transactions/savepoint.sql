-- Set the savepoint of a nested transaction() block; the number is the depth of nesting.
-- Runs: every nested block
-- Index: none: no table
-- Returns: none
SAVEPOINT agentstore_savepoint_1;
