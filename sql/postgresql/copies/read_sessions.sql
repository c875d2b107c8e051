-- A page of what a copy takes of agentstore_sessions, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_sessions_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.id,
    r.created_at AT TIME ZONE 'UTC' AS created_at,
    r.updated_at AT TIME ZONE 'UTC' AS updated_at,
    r.active,
    r.next_position,
    r.metadata::text AS metadata
FROM agentstore_sessions AS r
WHERE
    r.id OPERATOR (pg_catalog.>) /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
