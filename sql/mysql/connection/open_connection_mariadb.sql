-- Set what a new connection to MariaDB depends on, whatever the server or an init_command has set:
-- the time limits (statement_timeout is in seconds there), and the rules
-- that change what a statement does. lock_wait_timeout is for the locks of tables: of ALTER TABLE, and of
-- a Galera node that sends its state. Transactions are isolated as PostgreSQL does it: writers of one
-- session are twice as fast as under REPEATABLE READ, and gap locks do not deadlock them. A binary log of
-- statements alone (binlog_format=STATEMENT) forbids that for every write.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: MariaDB has other names and another unit than MySQL
SET SESSION innodb_lock_wait_timeout = /* :lock_timeout */ 27,
SESSION lock_wait_timeout = /* :lock_timeout */ 27,
SESSION max_statement_time = /* :statement_timeout */ 30,
SESSION autocommit = 1,
SESSION character_set_client = utf8mb4,
SESSION character_set_connection = utf8mb4,
SESSION character_set_results = utf8mb4,
SESSION completion_type = 0,
SESSION foreign_key_checks = 1,
SESSION max_sort_length = 1024,
SESSION sql_auto_is_null = 0,
SESSION sql_big_selects = 1,
SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
SESSION sql_safe_updates = 0,
SESSION sql_select_limit = 18446744073709551615,
SESSION time_zone = '+00:00',
SESSION unique_checks = 1,
SESSION tx_isolation = if(
    @@log_bin AND @@binlog_format = 'STATEMENT', 'REPEATABLE-READ', 'READ-COMMITTED'
);
