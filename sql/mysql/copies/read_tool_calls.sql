-- A page of what a copy takes of agentstore_tool_calls, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_tool_calls
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
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
    cast(r.timestamp AS char) AS timestamp,
    cast(r.completed_at AS char) AS completed_at
FROM agentstore_tool_calls AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.session_id > /* :after_session_id */ ''
    OR (
        r.session_id = /* :after_session_id */ ''
        AND r.message_position > /* :after_message_position */ -1
    )
    OR (
        r.session_id = /* :after_session_id */ ''
        AND r.message_position = /* :after_message_position */ -1
        AND r.position > /* :after_position */ -1
    )
ORDER BY r.session_id, r.message_position, r.position
LIMIT /* :limit */ 50;
