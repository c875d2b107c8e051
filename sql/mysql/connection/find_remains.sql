-- Where copies of what was deleted may be, and until when. Storage.erase_user.
-- Runs: seldom
-- Index: none: no table
-- Returns: many

-- Variables of the server are not known to sqlfluff here.
-- noqa: disable=all
SELECT
    'the undo log and delete-marked rows' AS place,
    'the purge threads have run' AS until_when
FROM dual
UNION ALL
SELECT
    'the binary log',
    CASE @@log_bin
        WHEN 0 THEN 'there is none'
        ELSE concat(@@binlog_expire_logs_seconds, ' seconds have passed, 0 is never')
    END
FROM dual
UNION ALL
SELECT
    'replicas, backups and logs of statements',
    'they are replaced or removed'
FROM dual;
