-- Write down what an erasure has deleted so far, in the transaction that does. Storage.erase_user.
-- Runs: seldom
-- Index: as the table has
-- Returns: count
UPDATE agentstore_erasure_receipts
SET deleted_rows = /* :deleted_rows */ '{}'
WHERE id = /* :receipt_id */ 'r1';
