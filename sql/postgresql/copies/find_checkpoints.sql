-- The rows of agentstore_checkpoints with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread,
-- agentstore_checkpoints_checkpoint_id
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.parent_id,
    r.namespace,
    r.channel_versions::text AS channel_versions,
    r.checkpoint_type,
    r.checkpoint_bytes,
    r.metadata_type,
    r.metadata_bytes
FROM pg_catalog.json_array_elements(/* :keys */ '[["t1", "", "1f0"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_checkpoints AS t
    WHERE
        t.thread_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.namespace_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)
        AND t.checkpoint_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 2)
    OFFSET 0
) AS r ON TRUE;
