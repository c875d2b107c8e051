-- Delete the checkpoints of a thread: all, or those with certain keys.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_checkpoint_id, agentstore_checkpoints_thread
-- Rows: deletes all checkpoints of :thread_id, or those of :checkpoint_ids
-- Returns: count
DELETE FROM agentstore_checkpoints
WHERE
    thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
-- @if keys
    AND (namespace_key, checkpoint_id) OPERATOR (pg_catalog.=) ANY (
        SELECT
            doomed.namespace_key,
            doomed.checkpoint_id
        FROM unnest(
            /* :namespace_keys */ '{}'::text[], /* :checkpoint_ids */ '{}'::text[]
        ) AS doomed (namespace_key, checkpoint_id)
    )
-- @end
;
