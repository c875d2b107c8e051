-- Set the schema for this transaction; behind a pooler nothing longer may be set.
-- Runs: once a transaction, with ?schema= behind a pooler
-- Index: none: no table
-- Returns: one
-- Differs: only PostgreSQL has schemas
SELECT set_config('search_path', quote_ident(/* :schema */ 'public'::text), TRUE) AS search_path;
