-- The next sessions that have no tenant, in the order of their ids. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
-- Rows: reads sessions behind :after_id until :limit are found
-- Returns: many
SELECT
    s.id,
    s.metadata::text AS metadata
FROM agentstore_sessions AS s
WHERE
    s.id OPERATOR (pg_catalog.>) /* :after_id */ ''
    AND s.tenant_id OPERATOR (pg_catalog.=) ''
-- @if entries
    AND (
        SELECT pg_catalog.count(*)
        FROM agentstore_session_metadata AS other
        WHERE
            other.session_id OPERATOR (pg_catalog.=) s.id
            AND other.entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
    ) = pg_catalog.cardinality(/* :entries */ '{}'::text[])
-- @end
ORDER BY s.id
LIMIT /* :limit */ 500;
