-- The rows of agentstore_tool_calls with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_tool_calls_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.session_id,
    r.message_position,
    r.position,
    r.id,
    r.message_id,
    r.call_id,
    r.tool_name,
    r.arguments,
    r.result,
    r.success,
    r.timestamp,
    r.completed_at
FROM json_each(/* :keys */ '[["s1", 0, 0]]') AS k
CROSS JOIN agentstore_tool_calls AS r
WHERE
    r.session_id = json_extract(k.value, '$[0]')
    AND r.message_position = json_extract(k.value, '$[1]')
    AND r.position = json_extract(k.value, '$[2]');
