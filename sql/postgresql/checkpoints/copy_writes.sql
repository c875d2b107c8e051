-- Copy the writes of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_checkpoint_writes_pkey
-- Rows: reads all writes of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx,
    channel_name, task_path, value_type, value_bytes
)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.checkpoint_id,
    s.task_id,
    s.idx,
    s.channel_name,
    s.task_path,
    s.value_type,
    s.value_bytes
FROM agentstore_checkpoint_writes AS s
WHERE s.thread_id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
ON CONFLICT DO NOTHING;
