-- Store rows of agentstore_messages as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_messages
-- Rows: writes one for each of :session_id_list
-- Returns: count
-- Differs: the others take row by row, insert_messages, which is a round trip a row here
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, parts, timestamp, response_type,
    response, metadata
)
SELECT
    r.session_id,
    r.position,
    r.id,
    r.role,
    r.content,
    r.content_escaped,
    r.parts::json,
    r.timestamp,
    r.response_type,
    r.response::json,
    r.metadata::json
FROM unnest(
    /* :session_id_list */ '{s1}'::text[],
    /* :position_list */ '{0}'::bigint[],
    /* :id_list */ '{m1}'::text[],
    /* :role_list */ '{user}'::text[],
    /* :content_list */ '{Hello}'::text[],
    /* :content_escaped_list */ '{f}'::boolean[],
    /* :parts_list */ '{NULL}'::text[],
    /* :timestamp_list */ '{2026-01-01}'::timestamptz[],
    /* :response_type_list */ '{NULL}'::text[],
    /* :response_list */ '{NULL}'::text[],
    /* :metadata_list */ '{1}'::text[]
) AS r (
    session_id, position, id, role, content, content_escaped, parts, timestamp, response_type,
    response, metadata
);
