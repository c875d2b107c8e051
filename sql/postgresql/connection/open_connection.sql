-- Set the time limits and the schema of a new connection. Behind a pooler (the server's process is not
-- the one that greeted us) they hold for this statement only, so that no other client inherits them.
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
    AND coalesce(settings.search_path, '') IS NOT NULL;
