-- Have the checkpoints that followed deleted ones follow none.
-- AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :thread_id; updates those whose parent is in :checkpoint_ids
-- Returns: count
UPDATE agentstore_checkpoints
SET parent_id = NULL
WHERE
    thread_id = /* :thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND anchor.user_id = /* :scope_user_id */ 'ann'
    )
-- @end
    AND (namespace_key, parent_id) IN (
        SELECT
            n.value,
            i.value
        FROM json_each(/* :namespace_keys */ '[]') AS n
        INNER JOIN json_each(/* :checkpoint_ids */ '[]') AS i ON n.key = i.key
    );
