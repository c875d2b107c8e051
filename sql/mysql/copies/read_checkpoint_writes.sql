-- A page of what a copy takes of agentstore_checkpoint_writes, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoint_writes
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.task_id,
    r.idx,
    r.channel_name,
    r.task_path,
    r.value_type,
    r.value_bytes
FROM agentstore_checkpoint_writes AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.thread_id > /* :after_thread_id */ ''
    OR (
        r.thread_id = /* :after_thread_id */ ''
        AND r.namespace_key > /* :after_namespace_key */ ''
    )
    OR (
        r.thread_id = /* :after_thread_id */ ''
        AND r.namespace_key = /* :after_namespace_key */ ''
        AND r.checkpoint_id > /* :after_checkpoint_id */ ''
    )
    OR (
        r.thread_id = /* :after_thread_id */ ''
        AND r.namespace_key = /* :after_namespace_key */ ''
        AND r.checkpoint_id = /* :after_checkpoint_id */ ''
        AND r.task_id > /* :after_task_id */ ''
    )
    OR (
        r.thread_id = /* :after_thread_id */ ''
        AND r.namespace_key = /* :after_namespace_key */ ''
        AND r.checkpoint_id = /* :after_checkpoint_id */ ''
        AND r.task_id = /* :after_task_id */ ''
        AND r.idx > /* :after_idx */ -1
    )
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id, r.task_id, r.idx
LIMIT /* :limit */ 50;
