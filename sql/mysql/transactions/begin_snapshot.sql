-- Begin a transaction in which all that is read is of one moment; after isolate_snapshot.
-- agentstore copy, agentstore dump.
-- Runs: once a copy
-- Index: none: no table
-- Returns: none
-- Differs: what makes a transaction a snapshot is another word in each database

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;
