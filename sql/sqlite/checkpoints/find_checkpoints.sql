-- A page of the keys of all threads' checkpoints, newest first. AgentstoreSaver.list of no thread.
-- Runs: each page of such a list
-- Index: agentstore_sessions_trashed, agentstore_sessions_pkey, agentstore_checkpoints_checkpoint_id
-- Rows: reads at most :limit, as many more as a scope or the trash takes out, and the ids of all sessions
--   in the trash
-- Returns: many
SELECT
    c.thread_id,
    c.namespace_key,
    c.checkpoint_id
FROM agentstore_checkpoints AS c
WHERE
    TRUE
    AND c.thread_id NOT IN (
        SELECT anchor.id
        FROM agentstore_sessions AS anchor
        WHERE anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = c.thread_id AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = c.thread_id AND anchor.user_id = /* :scope_user_id */ 'ann'
    )
-- @end
-- @if before_id
    AND c.checkpoint_id < /* :before_id */ '1f0'
-- @end
-- @if after_key
    AND (c.checkpoint_id, c.thread_id, c.namespace_key)
    < (/* :after_key_id */ '1f0', /* :after_key_thread_id */ 't1', /* :after_key_namespace_key */ '')
-- @end
ORDER BY c.checkpoint_id DESC, c.thread_id DESC, c.namespace_key DESC
LIMIT /* :limit */ 50;
