-- Copy the channel values of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_blobs_pkey
-- Rows: reads all values of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key,
    channel_version, value_type, value_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.channel_key,
    s.channel_version,
    s.value_type,
    s.value_bytes
FROM agentstore_checkpoint_blobs AS s
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
