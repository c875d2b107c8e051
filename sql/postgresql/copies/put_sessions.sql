-- Store rows of agentstore_sessions as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_sessions
-- Rows: writes one for each of :id_list
-- Returns: count
-- Differs: the others take row by row, insert_sessions, which is a round trip a row here
INSERT INTO agentstore_sessions (
    id, created_at, updated_at, active, next_position, metadata
)
SELECT
    r.id,
    r.created_at,
    r.updated_at,
    r.active,
    r.next_position,
    r.metadata::json
FROM unnest(
    /* :id_list */ '{s1}'::text[],
    /* :created_at_list */ '{2026-01-01}'::timestamptz[],
    /* :updated_at_list */ '{2026-01-01}'::timestamptz[],
    /* :active_list */ '{t}'::boolean[],
    /* :next_position_list */ '{1}'::bigint[],
    /* :metadata_list */ '{1}'::text[]
) AS r (
    id, created_at, updated_at, active, next_position, metadata
);
