-- The rows of agentstore_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.id,
    r.created_at,
    r.updated_at,
    r.active,
    r.next_position,
    r.metadata,
    r.tenant_id,
    r.user_id,
    r.title,
    r.archived_at,
    r.pinned_at,
    r.last_message_at,
    r.trashed_at,
    r.creation_token,
    r.holds
FROM json_each(/* :keys */ '[["s1"]]') AS k
CROSS JOIN agentstore_sessions AS r
WHERE r.id = json_extract(k.value, '$[0]');
