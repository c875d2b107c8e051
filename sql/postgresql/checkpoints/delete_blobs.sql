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
-- @if unused
    AND NOT (namespace_key, channel_key, channel_version) OPERATOR (pg_catalog.=) ANY (
        SELECT
            c.namespace_key,
            v.pair ->> 0,
            v.pair ->> 1
        FROM agentstore_checkpoints AS c
        CROSS JOIN pg_catalog.json_array_elements(c.channel_versions) AS v (pair)
        WHERE c.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
    )
-- @end
;
