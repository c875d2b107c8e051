-- What an erasure has deleted so far. Storage.erase_user.
-- Runs: seldom
-- Index: as the table has
-- Returns: one
SELECT r.deleted_rows
FROM agentstore_erasure_receipts AS r
WHERE r.id = /* :receipt_id */ 'r1';
