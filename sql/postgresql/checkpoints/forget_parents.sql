-- Have the checkpoints that followed deleted ones follow none.
-- AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :thread_id; updates those whose parent is in :checkpoint_ids
-- Returns: count
UPDATE agentstore_checkpoints
SET parent_id = NULL
WHERE
    thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
    AND (namespace_key, parent_id) OPERATOR (pg_catalog.=) ANY (
        SELECT
            gone.namespace_key,
            gone.checkpoint_id
        FROM unnest(
            /* :namespace_keys */ '{}'::text[], /* :checkpoint_ids */ '{}'::text[]
        ) AS gone (namespace_key, checkpoint_id)
    );
