-- Have the checkpoints that followed deleted ones follow none.
-- AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :thread_id; updates those whose parent is in :checkpoint_ids
-- Returns: count
UPDATE agentstore_checkpoints
SET parent_id = NULL
WHERE
    thread_id = /* :thread_id */ 't1'
    AND (namespace_key, parent_id) IN (
        SELECT
            n.value,
            i.value
        FROM json_each(/* :namespace_keys */ '[]') AS n
        INNER JOIN json_each(/* :checkpoint_ids */ '[]') AS i ON n.key = i.key
    );
