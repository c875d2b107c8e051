-- Have the checkpoints that followed deleted ones follow none.
-- AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :thread_id; updates those whose parent is in :checkpoint_ids
-- Returns: count
UPDATE agentstore_checkpoints
SET parent_id = NULL
WHERE
    thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
            AND anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
            AND (anchor.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
            AND (anchor.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
    )
-- @end
    AND (namespace_key, parent_id) OPERATOR (pg_catalog.=) ANY (
        SELECT
            gone.namespace_key,
            gone.checkpoint_id
        FROM unnest(
            /* :namespace_keys */ '{}'::text[], /* :checkpoint_ids */ '{}'::text[]
        ) AS gone (namespace_key, checkpoint_id)
    );
