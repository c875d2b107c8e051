-- Store rows of agentstore_session_metadata as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_session_metadata
-- Rows: writes one for each of :session_id_list
-- Returns: count
-- Differs: the others take row by row, insert_session_metadata, which is a round trip a row here
INSERT INTO agentstore_session_metadata (
    session_id, entry, created_at
)
SELECT
    r.session_id,
    r.entry,
    r.created_at
FROM unnest(
    /* :session_id_list */ '{s1}'::text[],
    /* :entry_list */ '{x}'::text[],
    /* :created_at_list */ '{2026-01-01}'::timestamptz[]
) AS r (
    session_id, entry, created_at
);
