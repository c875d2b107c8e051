-- Set the time limits of a new connection to MySQL. statement_timeout (ms) bounds reads alone there.
-- lock_wait_timeout is for the locks of tables: of ALTER TABLE, and of a Galera node that sends its state.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: time limits are variables of a session
SET SESSION innodb_lock_wait_timeout = /* :lock_timeout */ 27,
SESSION lock_wait_timeout = /* :lock_timeout */ 27,
SESSION max_execution_time = /* :statement_timeout */ 30000;
