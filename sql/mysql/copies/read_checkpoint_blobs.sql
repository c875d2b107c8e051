-- A page of what a copy takes of agentstore_checkpoint_blobs, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoint_blobs
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM agentstore_checkpoint_blobs AS r
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
        AND r.channel_key > /* :after_channel_key */ ''
    )
    OR (
        r.thread_id = /* :after_thread_id */ ''
        AND r.namespace_key = /* :after_namespace_key */ ''
        AND r.channel_key = /* :after_channel_key */ ''
        AND r.channel_version > /* :after_channel_version */ ''
    )
ORDER BY r.thread_id, r.namespace_key, r.channel_key, r.channel_version
LIMIT /* :limit */ 50;
