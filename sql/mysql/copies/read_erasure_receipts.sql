-- A page of what a copy takes of agentstore_erasure_receipts, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_erasure_receipts
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.id,
    r.user_digest,
    r.tenant_id,
    cast(r.started_at AS char) AS started_at,
    cast(r.finished_at AS char) AS finished_at,
    r.deleted_rows,
    r.held,
    r.remains
FROM agentstore_erasure_receipts AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
