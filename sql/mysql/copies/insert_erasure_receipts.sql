-- Store rows of agentstore_erasure_receipts as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_erasure_receipts
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_erasure_receipts
INSERT INTO agentstore_erasure_receipts (
    id, user_digest, tenant_id, started_at, finished_at, deleted_rows, held, remains
)
VALUES (
    /* :id */ 'e1',
    /* :user_digest */ '5e88',
    /* :tenant_id */ NULL,
    /* :started_at */ '2026-01-01 00:00:00.000000',
    /* :finished_at */ NULL,
    /* :deleted_rows */ '{}',
    /* :held */ 0,
    /* :remains */ '[]'
);
