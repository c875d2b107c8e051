-- Store rows of agentstore_erasure_receipts as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_erasure_receipts
-- Rows: writes one for each of :id_list
-- Returns: count
-- Differs: the others take row by row, insert_erasure_receipts, which is a round trip a row here
INSERT INTO agentstore_erasure_receipts (
    id, user_digest, tenant_id, started_at, finished_at, deleted_rows, held, remains
)
SELECT
    r.id,
    r.user_digest,
    r.tenant_id,
    r.started_at,
    r.finished_at,
    r.deleted_rows::json,
    r.held,
    r.remains::json
FROM unnest(
    /* :id_list */ '{e1}'::text[],
    /* :user_digest_list */ '{5e88}'::text[],
    /* :tenant_id_list */ '{NULL}'::text[],
    /* :started_at_list */ '{2026-01-01}'::timestamptz[],
    /* :finished_at_list */ '{NULL}'::timestamptz[],
    /* :deleted_rows_list */ '{1}'::text[],
    /* :held_list */ '{0}'::bigint[],
    /* :remains_list */ '{1}'::text[]
) AS r (
    id, user_digest, tenant_id, started_at, finished_at, deleted_rows, held, remains
);
