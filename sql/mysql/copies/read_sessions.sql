-- A page of what a copy takes of agentstore_sessions, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.id,
    cast(r.created_at AS char) AS created_at,
    cast(r.updated_at AS char) AS updated_at,
    r.active,
    r.next_position,
    r.metadata
FROM agentstore_sessions AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
