-- Keep what a nested block did.
-- Runs: every nested block
-- Index: none: no table
-- Returns: none
RELEASE SAVEPOINT agentstore_savepoint_1;
