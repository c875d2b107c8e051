-- Begin the receipt of an erasure. Storage.erase_user.
-- Runs: seldom
-- Index: none: it appends
-- Rows: inserts one
-- Returns: count
INSERT INTO agentstore_erasure_receipts (
    id, user_digest, tenant_id, started_at, deleted_rows, held, remains
)
VALUES (
    /* :receipt_id */ 'r9',
    /* :user_digest */ 'abc',
    /* :tenant_id */ NULL,
    /* :now */ '2026-01-01 00:00:00.000000',
    '{}',
    0,
    '[]'
);
