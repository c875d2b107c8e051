-- Store a checkpoint's own row. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_checkpoints_pkey
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoints (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
    checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
)
VALUES (
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    /* :parent_id */ NULL,
    /* :namespace */ '',
    /* :channel_versions */ '[]',
    /* :checkpoint_type */ 'msgpack',
    /* :checkpoint_bytes */ '',
    /* :metadata_type */ 'msgpack',
    /* :metadata_bytes */ ''
)
ON CONFLICT (thread_id, namespace_key, checkpoint_id) DO UPDATE
SET
    channel_versions = excluded.channel_versions,
    checkpoint_type = excluded.checkpoint_type,
    checkpoint_bytes = excluded.checkpoint_bytes,
    metadata_type = excluded.metadata_type,
    metadata_bytes = excluded.metadata_bytes;
