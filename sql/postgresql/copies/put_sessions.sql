-- Store rows of agentstore_sessions as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_sessions
-- Rows: writes one for each of :id_list
-- Returns: count
-- Differs: the others take row by row, insert_sessions, which is a round trip a row here
INSERT INTO agentstore_sessions (
    id, created_at, updated_at, active, next_position, metadata, tenant_id, user_id, title,
    archived_at, pinned_at, last_message_at, trashed_at, creation_token, holds
)
SELECT
    r.id,
    r.created_at,
    r.updated_at,
    r.active,
    r.next_position,
    r.metadata::json,
    r.tenant_id,
    r.user_id,
    r.title,
    r.archived_at,
    r.pinned_at,
    r.last_message_at,
    r.trashed_at,
    r.creation_token,
    r.holds
FROM unnest(
    /* :id_list */ '{s1}'::text[],
    /* :created_at_list */ '{2026-01-01}'::timestamptz[],
    /* :updated_at_list */ '{2026-01-01}'::timestamptz[],
    /* :active_list */ '{t}'::boolean[],
    /* :next_position_list */ '{1}'::bigint[],
    /* :metadata_list */ '{1}'::text[],
    /* :tenant_id_list */ '{""}'::text[],
    /* :user_id_list */ '{""}'::text[],
    /* :title_list */ '{NULL}'::text[],
    /* :archived_at_list */ '{NULL}'::timestamptz[],
    /* :pinned_at_list */ '{NULL}'::timestamptz[],
    /* :last_message_at_list */ '{NULL}'::timestamptz[],
    /* :trashed_at_list */ '{NULL}'::timestamptz[],
    /* :creation_token_list */ '{NULL}'::text[],
    /* :holds_list */ '{0}'::bigint[]
) AS r (
    id, created_at, updated_at, active, next_position, metadata, tenant_id, user_id, title,
    archived_at, pinned_at, last_message_at, trashed_at, creation_token, holds
);
