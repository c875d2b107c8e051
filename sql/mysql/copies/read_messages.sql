-- A page of what a copy takes of agentstore_messages, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_messages
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.session_id,
    r.position,
    r.id,
    r.role,
    r.content,
    r.content_escaped,
    r.parts,
    cast(r.timestamp AS char) AS timestamp,
    r.response_type,
    r.response,
    r.metadata
FROM agentstore_messages AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.session_id > /* :after_session_id */ ''
    OR (
        r.session_id = /* :after_session_id */ ''
        AND r.position > /* :after_position */ -1
    )
ORDER BY r.session_id, r.position
LIMIT /* :limit */ 50;
