-- Store rows of agentstore_checkpoints as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoints
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_checkpoints
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
);
