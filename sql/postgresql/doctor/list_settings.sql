-- What this connection has set of what it depends on, and what the server would have. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: many
SELECT
    pg_catalog.lower(s.name) AS setting_name,
    s.setting AS session_value,
    s.reset_val AS server_value
FROM pg_catalog.pg_settings AS s
WHERE
    pg_catalog.lower(s.name) OPERATOR (pg_catalog.=) ANY(
        ARRAY[
            'autovacuum',
            'default_transaction_isolation',
            'fsync',
            'full_page_writes',
            'jit',
            'lock_timeout',
            'plan_cache_mode',
            'search_path',
            'session_replication_role',
            'statement_timeout',
            'synchronous_commit',
            'timezone'
        ]::text[]
    )
ORDER BY setting_name;
