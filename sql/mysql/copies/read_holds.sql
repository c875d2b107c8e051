-- A page of what a copy takes of agentstore_holds, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_holds
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.id,
    r.reason,
    r.session_id,
    r.user_id,
    r.tenant_id,
    cast(r.placed_at AS char) AS placed_at,
    cast(r.released_at AS char) AS released_at
FROM agentstore_holds AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
