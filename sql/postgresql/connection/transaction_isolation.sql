-- How the caller's transaction is isolated: the lock of an id keeps it unique only where what another has
-- stored meanwhile is then seen. Storage.save_..._message and save_messages of a bound store, with an id of
-- the caller's own.
-- Runs: each save with an id of the caller's own
-- Index: none: no table
-- Returns: one
-- Differs: in MySQL and SQLite the id alone is a unique key
SELECT pg_catalog.current_setting('transaction_isolation') AS transaction_isolation;
