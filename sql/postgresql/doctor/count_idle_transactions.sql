-- Transactions that clients of this database leave open and idle, and since how many seconds.
-- agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: one
-- Differs: MySQL shows others' transactions to an administrator alone, and SQLite to nobody
SELECT
    pg_catalog.count(*) AS clients,
    coalesce(
        pg_catalog.max(
            pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.state_change)
        ),
        0
    )::bigint AS seconds
FROM pg_catalog.pg_stat_activity AS a
WHERE
    a.datname = pg_catalog.current_database()
    AND pg_catalog.starts_with(a.state, 'idle in transaction')
    AND a.state_change < pg_catalog.clock_timestamp() - interval '5 minutes';
