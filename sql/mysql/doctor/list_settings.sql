-- What this connection has set of what it depends on, and what the server would have. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: many

-- Variables of the server are not known to sqlfluff here.
-- noqa: disable=all
SELECT
    'autocommit' AS setting_name,
    cast(@@session.autocommit AS char) AS session_value,
    cast(@@global.autocommit AS char) AS server_value
UNION ALL
SELECT
    'character_set_client',
    cast(@@session.character_set_client AS char),
    cast(@@global.character_set_client AS char)
UNION ALL
SELECT
    'character_set_connection',
    cast(@@session.character_set_connection AS char),
    cast(@@global.character_set_connection AS char)
UNION ALL
SELECT
    'completion_type',
    cast(@@session.completion_type AS char),
    cast(@@global.completion_type AS char)
UNION ALL
SELECT
    'foreign_key_checks',
    cast(@@session.foreign_key_checks AS char),
    cast(@@global.foreign_key_checks AS char)
UNION ALL
SELECT
    'innodb_lock_wait_timeout',
    cast(@@session.innodb_lock_wait_timeout AS char),
    cast(@@global.innodb_lock_wait_timeout AS char)
UNION ALL
SELECT
    'lock_wait_timeout',
    cast(@@session.lock_wait_timeout AS char),
    cast(@@global.lock_wait_timeout AS char)
UNION ALL
SELECT
    'sql_mode',
    cast(@@session.sql_mode AS char),
    cast(@@global.sql_mode AS char)
UNION ALL
SELECT
    'sql_safe_updates',
    cast(@@session.sql_safe_updates AS char),
    cast(@@global.sql_safe_updates AS char)
UNION ALL
SELECT
    'time_zone',
    cast(@@session.time_zone AS char),
    cast(@@global.time_zone AS char)
UNION ALL
SELECT
    'unique_checks',
    cast(@@session.unique_checks AS char),
    cast(@@global.unique_checks AS char)
UNION ALL
SELECT
    'innodb_flush_log_at_trx_commit',
    NULL,
    cast(@@global.innodb_flush_log_at_trx_commit AS char)
UNION ALL
SELECT
    'log_bin',
    NULL,
    cast(@@global.log_bin AS char)
UNION ALL
SELECT
    'sync_binlog',
    NULL,
    cast(@@global.sync_binlog AS char);
