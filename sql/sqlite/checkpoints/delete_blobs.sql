-- Delete the channel values of a thread: all, or those that no checkpoint uses any more.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_blobs_pkey, agentstore_checkpoints_pkey,
--   agentstore_checkpoints_thread
-- Rows: reads all values of :thread_id (and for unused all its checkpoints); deletes all, or the
--   unused
-- Returns: count
DELETE FROM agentstore_checkpoint_blobs
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
-- @if unused
    AND (namespace_key, channel_key, channel_version) NOT IN (
        SELECT
            c.namespace_key,
            json_extract(v.value, '$[0]'),
            json_extract(v.value, '$[1]')
        FROM agentstore_checkpoints AS c
        CROSS JOIN json_each(c.channel_versions) AS v
        WHERE c.thread_id = /* :thread_id */ 't1'
    )
-- @end
;
