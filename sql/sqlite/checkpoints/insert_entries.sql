-- Index a checkpoint's metadata. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_checkpoint_metadata_pkey
-- Rows: writes one for each of :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    e.value
FROM json_each(/* :entries */ '[]') AS e
WHERE TRUE
ON CONFLICT (thread_id, namespace_key, checkpoint_id, entry) DO NOTHING;
