-- Copy the index entries of the checkpoints of a thread to another; what is there already stays.
-- AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_checkpoint_metadata_pkey
-- Rows: reads all index entries of :source_thread_id, and writes as many
-- Returns: count
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :target_thread_id */ 't2',
    s.namespace_key,
    s.checkpoint_id,
    s.entry
FROM agentstore_checkpoint_metadata AS s
WHERE s.thread_id OPERATOR (pg_catalog.=) /* :source_thread_id */ 't1'
ON CONFLICT DO NOTHING;
