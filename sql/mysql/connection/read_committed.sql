-- Isolate transactions as PostgreSQL does: writers of one session are twice as fast as under
-- REPEATABLE READ, and gap locks do not deadlock them.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: the default isolation of MySQL is another
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
