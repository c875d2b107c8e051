-- A page of the keys of all threads' checkpoints with a certain value in their metadata, newest
-- first. AgentstoreSaver.list of no thread, AgentstoreSaver.delete_for_runs.
-- Runs: each page of such a list
-- Index: agentstore_sessions_trashed, agentstore_sessions_pkey, agentstore_checkpoint_metadata_entry,
--   agentstore_checkpoint_metadata_pkey
-- Rows: reads at most :limit index entries of :entry, as many more as more_entries, a scope or the trash
--   takes out, and the ids of all sessions in the trash
-- Returns: many
SELECT
    m.thread_id,
    m.namespace_key,
    m.checkpoint_id
FROM agentstore_checkpoint_metadata AS m
WHERE
    m.entry = /* :entry */ '["run_id","r1"]'
    AND m.thread_id NOT IN (
        SELECT anchor.id
        FROM agentstore_sessions AS anchor
        WHERE anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = m.thread_id AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = m.thread_id AND anchor.user_id = /* :scope_user_id */ 'ann'
    )
-- @end
-- @if before_id
    AND m.checkpoint_id < /* :before_id */ '1f0'
-- @end
-- @if after_key
    AND (m.checkpoint_id, m.thread_id, m.namespace_key)
    < (/* :after_key_id */ '1f0', /* :after_key_thread_id */ 't1', /* :after_key_namespace_key */ '')
-- @end
-- @if more_entries
    AND NOT EXISTS (
        SELECT 1
        FROM json_each(/* :entries */ '[]') AS wanted
        WHERE NOT EXISTS (
            SELECT 1
            FROM agentstore_checkpoint_metadata AS other
            WHERE
                other.thread_id = m.thread_id
                AND other.namespace_key = m.namespace_key
                AND other.checkpoint_id = m.checkpoint_id
                AND other.entry = wanted.value
        )
    )
-- @end
ORDER BY m.checkpoint_id DESC, m.thread_id DESC, m.namespace_key DESC
LIMIT /* :limit */ 50;
