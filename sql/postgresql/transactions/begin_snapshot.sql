-- Begin a transaction in which all that is read is of one moment. agentstore copy, agentstore dump.
-- Runs: once a copy
-- Index: none: no table
-- Returns: none
-- Differs: what makes a transaction a snapshot is another word in each database

-- The isolation level is not known to sqlfluff here.
-- noqa: disable=PRS
START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
