-- A page of what a copy takes of agentstore_checkpoint_metadata, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoint_metadata
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.entry
FROM agentstore_checkpoint_metadata AS r
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
        AND r.entry > /* :after_entry */ ''
    )
ORDER BY r.thread_id, r.namespace_key, r.checkpoint_id, r.entry
LIMIT /* :limit */ 50;
