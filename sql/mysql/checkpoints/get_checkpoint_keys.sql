-- The keys of a thread's checkpoints, newest first in each namespace. AgentstoreSaver.prune.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoints
-- Rows: reads all checkpoints of :thread_id
-- Returns: many

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
SELECT
    c.namespace_key,
    c.checkpoint_id
FROM agentstore_checkpoints AS c FORCE INDEX (PRIMARY)
WHERE
    c.thread_id = /* :thread_id */ 't1'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND (anchor.trashed_at IS NOT NULL) IS TRUE
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND (anchor.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id = /* :thread_id */ 't1'
            AND (anchor.user_id = /* :scope_user_id */ 'ann') IS TRUE
    )
-- @end
ORDER BY c.namespace_key DESC, c.checkpoint_id DESC;
