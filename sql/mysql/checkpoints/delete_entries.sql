-- Forget the index entries of the checkpoints of a thread: all, or those with certain keys.
-- AgentstoreSaver.delete_thread, AgentstoreSaver.prune, AgentstoreSaver.delete_for_runs.
-- Runs: seldom
-- Index: PRIMARY of agentstore_checkpoint_metadata
-- Rows: deletes all index entries of :thread_id, or those of :checkpoint_ids
-- Returns: count

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
DELETE FROM agentstore_checkpoint_metadata
WHERE
    thread_id = /* :thread_id */ 't1'
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
