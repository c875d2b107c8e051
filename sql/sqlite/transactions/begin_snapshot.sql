-- Begin a transaction in which all that is read is of one moment, and that holds up no writer.
-- agentstore copy, agentstore dump.
-- Runs: once a copy
-- Index: none: no table
-- Returns: none
-- Differs: what makes a transaction a snapshot is another word in each database

-- The statement is not known to sqlfluff.
-- noqa: disable=PRS
BEGIN DEFERRED;
