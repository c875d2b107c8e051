-- Store rows of agentstore_tool_calls as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_tool_calls
-- Rows: writes one for each of :session_id_list
-- Returns: count
-- Differs: the others take row by row, insert_tool_calls, which is a round trip a row here
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name, arguments, result,
    success, timestamp, completed_at
)
SELECT
    r.session_id,
    r.message_position,
    r.position,
    r.id,
    r.message_id,
    r.call_id,
    r.tool_name,
    r.arguments::json,
    r.result::json,
    r.success,
    r.timestamp,
    r.completed_at
FROM unnest(
    /* :session_id_list */ '{s1}'::text[],
    /* :message_position_list */ '{0}'::bigint[],
    /* :position_list */ '{0}'::bigint[],
    /* :id_list */ '{c1}'::text[],
    /* :message_id_list */ '{m1}'::text[],
    /* :call_id_list */ '{x}'::text[],
    /* :tool_name_list */ '{search}'::text[],
    /* :arguments_list */ '{1}'::text[],
    /* :result_list */ '{NULL}'::text[],
    /* :success_list */ '{NULL}'::boolean[],
    /* :timestamp_list */ '{2026-01-01}'::timestamptz[],
    /* :completed_at_list */ '{NULL}'::timestamptz[]
) AS r (
    session_id, message_position, position, id, message_id, call_id, tool_name, arguments, result,
    success, timestamp, completed_at
);
