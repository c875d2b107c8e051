-- Copy the index entries of the checkpoints of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_metadata_pkey
-- Rows: reads all index entries of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :target_thread_id */ 't2'::text,
    s.namespace_key,
    s.checkpoint_id,
    s.entry
FROM agentstore_checkpoint_metadata AS s
WHERE
    s.thread_id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
            AND anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
            AND (anchor.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
            AND (anchor.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
    )
-- @end
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS goal
        WHERE
            goal.id OPERATOR (pg_catalog.=) /* :target_thread_id */ 't2'::text
            AND goal.trashed_at IS NULL
-- @if scope
            AND (goal.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (goal.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
ON CONFLICT DO NOTHING;
