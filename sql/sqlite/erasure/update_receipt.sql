-- Write down what an erasure has deleted so far, in the transaction that does. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_erasure_receipts_pkey
-- Rows: writes one, :receipt_id
-- Returns: count
UPDATE agentstore_erasure_receipts
SET deleted_rows = /* :deleted_rows */ '{}'
WHERE id = /* :receipt_id */ 'r1';
