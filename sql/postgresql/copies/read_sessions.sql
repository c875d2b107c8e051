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
    r.metadata::text AS metadata,
    r.tenant_id,
    r.user_id,
    r.title,
    r.archived_at AT TIME ZONE 'UTC' AS archived_at,
    r.pinned_at AT TIME ZONE 'UTC' AS pinned_at,
    r.last_message_at AT TIME ZONE 'UTC' AS last_message_at,
    r.trashed_at AT TIME ZONE 'UTC' AS trashed_at,
    r.creation_token,
    r.holds
FROM agentstore_sessions AS r
WHERE
    r.id OPERATOR (pg_catalog.>) /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
