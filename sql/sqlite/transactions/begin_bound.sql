-- Begin the caller's transaction, as the driver would at the caller's first write. agentstore.bind.
-- Runs: the first write of a transaction on a bound connection
-- Index: none: no table
-- Returns: none
-- Differs: the other drivers begin at any statement
BEGIN;
