-- A page of the confirmations that are still to be taken, in the order of their key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_pending_confirmations
-- Rows: reads at most :limit; as many more as were taken
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments,
    r.user_message,
    r.user_message_escaped,
    cast(r.timestamp AS char) AS timestamp
FROM agentstore_pending_confirmations AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.session_id > /* :after_session_id */ ''
    AND r.taken_by IS NULL
ORDER BY r.session_id
LIMIT /* :limit */ 50;
