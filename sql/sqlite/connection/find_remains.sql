-- Where copies of what was deleted may be, and until when. Storage.erase_user.
-- Runs: seldom
-- Index: none: no table
-- Returns: many
SELECT
    'free pages of the file' AS place,
    CASE s.secure_delete
        WHEN 0 THEN 'VACUUM has run: secure_delete is off'
        ELSE 'nothing: secure_delete is on'
    END AS until_when
FROM pragma_secure_delete AS s
UNION ALL
SELECT
    'the write-ahead log (-wal)',
    'a checkpoint has truncated it'
FROM pragma_journal_mode AS j
WHERE j.journal_mode = 'wal'
UNION ALL
SELECT
    'backups',
    'they are replaced or removed';
