-- A page of what a copy takes of agentstore_erasure_receipts, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_erasure_receipts_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.id,
    r.user_digest,
    r.tenant_id,
    r.started_at,
    r.finished_at,
    r.deleted_rows,
    r.held,
    r.remains
FROM agentstore_erasure_receipts AS r
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
