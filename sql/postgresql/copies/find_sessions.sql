-- The rows of agentstore_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
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
FROM pg_catalog.json_array_elements(/* :keys */ '[["s1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_sessions AS t
    WHERE t.id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
    OFFSET 0
) AS r ON TRUE;
