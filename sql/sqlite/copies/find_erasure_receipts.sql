-- The rows of agentstore_erasure_receipts with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_erasure_receipts_pkey
-- Rows: reads at most one for each of :keys
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
FROM json_each(/* :keys */ '[["e1"]]') AS k
CROSS JOIN agentstore_erasure_receipts AS r
WHERE r.id = json_extract(k.value, '$[0]');
