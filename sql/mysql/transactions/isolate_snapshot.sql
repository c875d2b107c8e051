-- Isolate the next transaction, and only that, so that it can be a snapshot; before begin_snapshot.
-- agentstore copy, agentstore dump.
-- Runs: once a copy
-- Index: none: no table
-- Returns: none
-- Differs: our connections are in READ COMMITTED here, and in the others the statement that begins says it
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
