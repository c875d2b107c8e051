-- Delete the channel values of a thread: all, or those that no checkpoint uses any more.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_blobs, PRIMARY of
--   agentstore_checkpoints,
-- agentstore_checkpoints_thread
-- Rows: reads all values of :thread_id (and for unused all its checkpoints); deletes all, or the
--   unused
-- Returns: count

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
DELETE FROM agentstore_checkpoint_blobs
WHERE
    thread_id = /* :thread_id */ 't1'
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
-- @if unused
    AND (namespace_key, channel_key, channel_version) NOT IN (
        SELECT
            c.namespace_key,
            v.channel_key,
            v.channel_version
        FROM agentstore_checkpoints AS c
        STRAIGHT_JOIN json_table(
            c.channel_versions, '$[*]' COLUMNS (
                channel_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
                channel_version varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]'
            )
        ) AS v
        WHERE c.thread_id = /* :thread_id */ 't1'
    )
-- @end
;
