-- Delete the writes after the checkpoints of a thread: all, or those with certain keys.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_writes_pkey
-- Rows: deletes all writes of :thread_id, or those of :checkpoint_ids
-- Returns: count
DELETE FROM agentstore_checkpoint_writes
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
-- @if keys
    AND (namespace_key, checkpoint_id) OPERATOR (pg_catalog.=) ANY (
        SELECT
            doomed.namespace_key,
            doomed.checkpoint_id
        FROM unnest(
            /* :namespace_keys */ '{}'::text[], /* :checkpoint_ids */ '{}'::text[]
        ) AS doomed (namespace_key, checkpoint_id)
    )
-- @end
;
