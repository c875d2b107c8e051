-- Finish the receipt of an erasure. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_erasure_receipts_pkey
-- Rows: writes one, :receipt_id
-- Returns: count
UPDATE agentstore_erasure_receipts
SET
    finished_at = /* :now */ '2026-01-01 00:00:00.000000',
    held = /* :held */ 0,
    remains = /* :remains */ '[]'
WHERE id = /* :receipt_id */ 'r1';
