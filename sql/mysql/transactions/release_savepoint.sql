-- Keep what a nested block did.
-- Runs: every nested block
-- Index: none: no table
-- Returns: none

-- sqlfluff does not know this statement.
-- noqa: disable=PRS
RELEASE SAVEPOINT agentstore_savepoint_1;
