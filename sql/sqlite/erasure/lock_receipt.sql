-- What an erasure has deleted so far. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_erasure_receipts_pkey
-- Rows: reads one, :receipt_id
-- Returns: one
SELECT r.deleted_rows
FROM agentstore_erasure_receipts AS r
WHERE r.id = /* :receipt_id */ 'r1';
