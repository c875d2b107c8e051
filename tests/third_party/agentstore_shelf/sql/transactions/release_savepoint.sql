-- Keep what a nested block did.
-- Runs: every nested block
-- Index: none: no table
-- Returns: none

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
RELEASE SAVEPOINT agentstore_savepoint_1;
