-- Store rows of agentstore_holds as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_holds
-- Rows: writes one for each of :id_list
-- Returns: count
-- Differs: the others take row by row, insert_holds, which is a round trip a row here
INSERT INTO agentstore_holds (
    id, reason, session_id, user_id, tenant_id, placed_at, released_at
)
SELECT
    r.id,
    r.reason,
    r.session_id,
    r.user_id,
    r.tenant_id,
    r.placed_at,
    r.released_at
FROM unnest(
    /* :id_list */ '{h1}'::text[],
    /* :reason_list */ '{x}'::text[],
    /* :session_id_list */ '{NULL}'::text[],
    /* :user_id_list */ '{ann}'::text[],
    /* :tenant_id_list */ '{NULL}'::text[],
    /* :placed_at_list */ '{2026-01-01}'::timestamptz[],
    /* :released_at_list */ '{NULL}'::timestamptz[]
) AS r (
    id, reason, session_id, user_id, tenant_id, placed_at, released_at
);
