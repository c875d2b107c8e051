-- The keys of a thread's checkpoints, newest first in each namespace. AgentstoreSaver.prune.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey
-- Rows: reads all checkpoints of :thread_id
-- Returns: many
SELECT
    c.namespace_key,
    c.checkpoint_id
FROM agentstore_checkpoints AS c
WHERE
    c.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
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
ORDER BY c.namespace_key DESC, c.checkpoint_id DESC;
