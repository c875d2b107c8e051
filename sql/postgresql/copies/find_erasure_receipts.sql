-- The rows of agentstore_erasure_receipts with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_erasure_receipts_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.id,
    r.user_digest,
    r.tenant_id,
    r.started_at AT TIME ZONE 'UTC' AS started_at,
    r.finished_at AT TIME ZONE 'UTC' AS finished_at,
    r.deleted_rows::text AS deleted_rows,
    r.held,
    r.remains::text AS remains
FROM pg_catalog.json_array_elements(/* :keys */ '[["e1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_erasure_receipts AS t
    WHERE t.id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
    OFFSET 0
) AS r ON TRUE;
