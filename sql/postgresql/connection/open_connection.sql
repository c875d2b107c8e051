-- Set the time limits and the schema of a new connection, and that plans go by index: a statement that
-- was prepared while a table was empty would else read all of it until the next ANALYZE. Where there is no
-- index such a plan seems so dear that it would be compiled each time, for a tenth of a second: so no jit.
-- A prepared statement has one plan for all values: each statement has one index that serves it, and to plan
-- it anew for each call, as PostgreSQL does in a large store, takes longer than to run it.
-- Behind a pooler (the server's process is not the one that greeted us) all this holds for this statement
-- only, so that no other client inherits it.
-- Runs: once a connection
-- Index: none: no table
-- Returns: one
-- Differs: time limits are settings of a session in PostgreSQL
WITH pooler AS (
    SELECT pg_backend_pid() <> /* :connection_pid */ 4711 AS is_pooled
),

settings AS (
    SELECT
        set_config('lock_timeout', /* :lock_timeout */ '27000', pooler.is_pooled) AS lock_timeout,
        set_config(
            'statement_timeout', /* :statement_timeout */ '30000', pooler.is_pooled
        ) AS statement_timeout,
        set_config('enable_seqscan', 'off', pooler.is_pooled) AS enable_seqscan,
        set_config('jit', 'off', pooler.is_pooled) AS jit,
        set_config('plan_cache_mode', 'force_generic_plan', pooler.is_pooled) AS plan_cache_mode,
        CASE
            WHEN /* :schema */ 'public'::text IS NOT NULL
                THEN set_config('search_path', quote_ident(/* :schema */ 'public'::text), pooler.is_pooled)
        END AS search_path
    FROM pooler
)

SELECT pooler.is_pooled
FROM pooler
CROSS JOIN settings
WHERE
    settings.statement_timeout IS NOT NULL
    AND settings.lock_timeout IS NOT NULL
    AND settings.enable_seqscan IS NOT NULL
    AND settings.jit IS NOT NULL
    AND settings.plan_cache_mode IS NOT NULL
    AND coalesce(settings.search_path, '') IS NOT NULL;
