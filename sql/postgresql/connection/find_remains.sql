-- Where copies of what was deleted may be, and until when. Storage.erase_user.
-- Runs: seldom
-- Index: none: no table
-- Returns: many
SELECT
    'dead rows in the tables and indexes' AS place,
    CASE pg_catalog.current_setting('autovacuum')
        WHEN 'on' THEN 'VACUUM has run: autovacuum is on'
        ELSE 'VACUUM has run: autovacuum is off'
    END AS until_when
UNION ALL
SELECT
    'the write-ahead log',
    CASE pg_catalog.current_setting('archive_mode')
        WHEN 'off' THEN 'its segments are recycled'
        ELSE 'its archive is removed (archive_mode is on)'
    END
UNION ALL
SELECT
    'replicas, slots, backups and logs of statements',
    'they are replaced or removed';
