-- Copy the channel values of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_checkpoint_blobs_pkey
-- Rows: reads all values of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key,
    channel_version, value_type, value_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.channel_key,
    s.channel_version,
    s.value_type,
    s.value_bytes
FROM agentstore_checkpoint_blobs AS s
WHERE s.thread_id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
ON CONFLICT DO NOTHING;
