-- Delete the checkpoints of a thread: all, or those with certain keys.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_checkpoint_id,
--   agentstore_checkpoints_thread
-- Rows: deletes all checkpoints of :thread_id, or those of :checkpoint_ids
-- Returns: count
DELETE FROM agentstore_checkpoints
WHERE
    thread_id = /* :thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :thread_id */ 't1' AND anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :thread_id */ 't1' AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :thread_id */ 't1' AND anchor.user_id = /* :scope_user_id */ 'ann'
    )
-- @end
-- @if keys
    AND (namespace_key, checkpoint_id) IN (
        SELECT
            n.value,
            i.value
        FROM json_each(/* :namespace_keys */ '[]') AS n
        INNER JOIN json_each(/* :checkpoint_ids */ '[]') AS i ON n.key = i.key
    )
-- @end
;
