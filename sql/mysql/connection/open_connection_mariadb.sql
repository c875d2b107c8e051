-- Set the time limits of a new connection to MariaDB. statement_timeout is in seconds there.
-- lock_wait_timeout is for the locks of tables: of ALTER TABLE, and of a Galera node that sends its state.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: MariaDB has another name and unit for the limit than MySQL
SET SESSION innodb_lock_wait_timeout = /* :lock_timeout */ 27,
SESSION lock_wait_timeout = /* :lock_timeout */ 27,
SESSION max_statement_time = /* :statement_timeout */ 30;
