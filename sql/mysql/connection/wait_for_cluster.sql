-- On a node of a Galera cluster, have each statement see what was committed on any node before. Bits:
-- 1 SELECT and START TRANSACTION, 2 UPDATE and DELETE, 4 INSERT; within a transaction only its start waits.
-- Runs: once a connection to a cluster
-- Index: none: no table
-- Returns: none
-- Differs: only MySQL's relatives have such clusters
SET SESSION wsrep_sync_wait = 7;
