-- The rows of agentstore_checkpoint_blobs with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_blobs_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM pg_catalog.json_array_elements(/* :keys */ '[["t1", "", "messages", "1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_checkpoint_blobs AS t
    WHERE
        t.thread_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.namespace_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)
        AND t.channel_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 2)
        AND t.channel_version OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 3)
    OFFSET 0
) AS r ON TRUE;
