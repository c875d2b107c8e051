-- Copy the writes of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_writes
-- Rows: reads all writes of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx,
    channel_name, task_path, value_type, value_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.checkpoint_id,
    s.task_id,
    s.idx,
    s.channel_name,
    s.task_path,
    s.value_type,
    s.value_bytes
FROM agentstore_checkpoint_writes AS s
WHERE
    s.thread_id = /* :source_thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :source_thread_id */ 't1'
            AND (anchor.trashed_at IS NOT NULL) IS TRUE
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :source_thread_id */ 't1'
            AND (anchor.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :source_thread_id */ 't1'
            AND (anchor.user_id = /* :scope_user_id */ 'ann') IS TRUE
    )
-- @end
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS goal
        WHERE
            goal.id = /* :target_thread_id */ 't2'
            AND (goal.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (goal.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (goal.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
ON DUPLICATE KEY UPDATE thread_id = VALUES (thread_id);
