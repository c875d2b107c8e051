-- Copy the checkpoints of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoints (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace,
    channel_versions, checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.checkpoint_id,
    s.parent_id,
    s.namespace,
    s.channel_versions,
    s.checkpoint_type,
    s.checkpoint_bytes,
    s.metadata_type,
    s.metadata_bytes
FROM agentstore_checkpoints AS s
WHERE
    s.thread_id = /* :source_thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :source_thread_id */ 't1' AND anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :source_thread_id */ 't1' AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = /* :source_thread_id */ 't1' AND anchor.user_id = /* :scope_user_id */ 'ann'
    )
-- @end
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS goal
        WHERE
            goal.id = /* :target_thread_id */ 't2'
            AND goal.trashed_at IS NULL
-- @if scope
            AND goal.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND goal.user_id = /* :scope_user_id */ 'ann'
-- @end
    )
ON CONFLICT DO NOTHING;
