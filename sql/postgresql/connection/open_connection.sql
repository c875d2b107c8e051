-- Set what a new connection depends on, whatever the server, database or role has as its default: the time
-- limits, the schema, how values are written and read, and which rules hold.
-- And that plans go by index: a statement that was prepared while a table was empty would else read all of it
-- until the next ANALYZE. Where there is no index such a plan seems so dear that it would be compiled each
-- time, for a tenth of a second: so no jit. A prepared statement has one plan for all values: each statement
-- has one index that serves it, and to plan it anew for each call, as PostgreSQL does in a large store, takes
-- longer than to run it.
-- What PostgreSQL itself has is found first, and temporary tables last; see docs/security.md.
-- Behind a pooler (the server's process is not the one that greeted us) all this holds for this statement
-- only, so that no other client inherits it; unfit lists what had to be set and cannot stay so.
-- Runs: once a connection
-- Index: none: no table
-- Returns: one
-- Differs: time limits are settings of a session in PostgreSQL
WITH pooler AS (
    SELECT pg_catalog.pg_backend_pid() <> /* :connection_pid */ 4711 AS is_pooled
),

wanted (name, setting, is_needed) AS (
    VALUES
    ('lock_timeout', /* :lock_timeout */ '27000', FALSE),
    ('statement_timeout', /* :statement_timeout */ '30000', FALSE),
    (
        'search_path',
        pg_catalog.concat(
            'pg_catalog, ',
            coalesce(
                pg_catalog.quote_ident(/* :schema */ 'public'::text),
                pg_catalog.current_setting('search_path')
            ),
            ', pg_temp'
        ),
        FALSE
    ),
    ('enable_seqscan', 'off', FALSE),
    ('jit', 'off', FALSE),
    ('plan_cache_mode', 'force_generic_plan', FALSE),
    ('default_transaction_isolation', 'read committed', FALSE),
    ('timezone', 'UTC', FALSE),
    ('datestyle', 'ISO, MDY', TRUE),
    ('bytea_output', 'hex', FALSE),
    ('extra_float_digits', '1', FALSE),
    ('array_nulls', 'on', TRUE),
    ('standard_conforming_strings', 'on', TRUE),
    ('transform_null_equals', 'off', TRUE),
    ('exit_on_error', 'off', FALSE),
    ('session_replication_role', 'origin', TRUE)
),

changed AS (
    SELECT
        wanted.name,
        wanted.is_needed,
        pg_catalog.set_config(wanted.name, wanted.setting, pooler.is_pooled) AS setting
    FROM pooler
    CROSS JOIN wanted
    WHERE
        wanted.setting IS NOT NULL
        AND pg_catalog.current_setting(wanted.name) <> wanted.setting
)

SELECT
    pooler.is_pooled,
    (
        SELECT pg_catalog.string_agg(changed.name, ', ')
        FROM changed
        WHERE
            changed.is_needed
            AND changed.setting IS NOT NULL
    ) AS unfit
FROM pooler;
