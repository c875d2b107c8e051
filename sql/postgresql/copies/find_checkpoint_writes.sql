-- The rows of agentstore_checkpoint_writes with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoint_writes_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.task_id,
    r.idx,
    r.channel_name,
    r.task_path,
    r.value_type,
    r.value_bytes
FROM pg_catalog.json_array_elements(/* :keys */ '[["t1", "", "1f0", "task1", 0]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_checkpoint_writes AS t
    WHERE
        t.thread_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.namespace_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)
        AND t.checkpoint_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 2)
        AND t.task_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 3)
        AND t.idx OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 4)::bigint
    OFFSET 0
) AS r ON TRUE;
