-- A page of what a copy takes of agentstore_tool_calls, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_tool_calls_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.session_id,
    r.message_position,
    r.position,
    r.id,
    r.message_id,
    r.call_id,
    r.tool_name,
    r.arguments::text AS arguments,
    r.result::text AS result,
    r.success,
    r.timestamp AT TIME ZONE 'UTC' AS timestamp,
    r.completed_at AT TIME ZONE 'UTC' AS completed_at
FROM agentstore_tool_calls AS r
WHERE
    (r.session_id, r.message_position, r.position)
    OPERATOR (pg_catalog.>) (
        /* :after_session_id */ '',
        /* :after_message_position */ -1,
        /* :after_position */ -1
    )
ORDER BY r.session_id, r.message_position, r.position
LIMIT /* :limit */ 50;
