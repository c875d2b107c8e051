-- A page of what a copy takes of agentstore_checkpoints, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoints
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.parent_id,
    r.namespace,
    r.channel_versions,
    r.checkpoint_type,
    r.checkpoint_bytes,
    r.metadata_type,
    r.metadata_bytes
FROM agentstore_checkpoints AS r
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
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id
LIMIT /* :limit */ 50;
