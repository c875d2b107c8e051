-- What an erasure has deleted so far. Storage.erase_user.
-- Runs: seldom
-- Index: PRIMARY of agentstore_erasure_receipts
-- Rows: reads one, :receipt_id
-- Returns: one
SELECT r.deleted_rows
FROM agentstore_erasure_receipts AS r
WHERE r.id = /* :receipt_id */ 'r1'
-- FOR UPDATE is not known to sqlfluff here.
-- noqa: disable=PRS
FOR UPDATE;
