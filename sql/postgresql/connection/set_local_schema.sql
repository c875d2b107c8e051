-- Set the schema for this transaction; behind a pooler nothing longer may be set. What PostgreSQL itself has
-- is found first, and temporary tables last.
-- Runs: once a transaction, with ?schema= behind a pooler
-- Index: none: no table
-- Returns: one
-- Differs: only PostgreSQL has schemas
SELECT
    pg_catalog.set_config(
        'search_path',
        pg_catalog.concat('pg_catalog, ', pg_catalog.quote_ident(/* :schema */ 'public'::text), ', pg_temp'),
        TRUE
    ) AS search_path;
