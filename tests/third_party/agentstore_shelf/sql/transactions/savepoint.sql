-- Set the savepoint of a nested transaction() block; the number is the depth of nesting.
-- Runs: every nested block
-- Index: none: no table
-- Returns: none

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
SAVEPOINT agentstore_savepoint_1;
