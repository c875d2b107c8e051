-- Copy the checkpoints of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread
-- Rows: reads all checkpoints of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoints (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace,
    channel_versions, checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.checkpoint_id,
    s.parent_id,
    s.namespace,
    s.channel_versions,
    s.checkpoint_type,
    s.checkpoint_bytes,
    s.metadata_type,
    s.metadata_bytes
FROM agentstore_checkpoints AS s
WHERE s.thread_id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
ON CONFLICT DO NOTHING;
