-- Delete the writes after the checkpoints of a thread: all, or those with certain keys.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_writes
-- Rows: deletes all writes of :thread_id, or those of :checkpoint_ids
-- Returns: count

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
DELETE FROM agentstore_checkpoint_writes
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
-- @if keys
    AND (namespace_key, checkpoint_id) IN (
        SELECT
            n.value,
            i.value
        FROM json_table(
            /* :namespace_keys */ '[]', '$[*]' COLUMNS (
                place FOR ORDINALITY, value varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'
            )
        ) AS n
        INNER JOIN json_table(
            /* :checkpoint_ids */ '[]', '$[*]' COLUMNS (
                place FOR ORDINALITY, value varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'
            )
        ) AS i ON n.place = i.place
    )
-- @end
;
