-- Store rows of agentstore_pending_confirmations as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_pending_confirmations
-- Rows: writes one for each of :session_id_list
-- Returns: count
-- Differs: the others take row by row, insert_pending_confirmations, which is a round trip a row here
INSERT INTO agentstore_pending_confirmations (
    session_id, id, tool_name, arguments, user_message, user_message_escaped, timestamp
)
SELECT
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments::json,
    r.user_message,
    r.user_message_escaped,
    r.timestamp
FROM unnest(
    /* :session_id_list */ '{s1}'::text[],
    /* :id_list */ '{p1}'::text[],
    /* :tool_name_list */ '{search}'::text[],
    /* :arguments_list */ '{1}'::text[],
    /* :user_message_list */ '{x}'::text[],
    /* :user_message_escaped_list */ '{f}'::boolean[],
    /* :timestamp_list */ '{2026-01-01}'::timestamptz[]
) AS r (
    session_id, id, tool_name, arguments, user_message, user_message_escaped, timestamp
);
