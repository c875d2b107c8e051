-- Store rows of agentstore_checkpoint_blobs as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_blobs
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_checkpoint_blobs
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
)
VALUES (
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :channel_key */ 'messages',
    /* :channel_version */ '1',
    /* :value_type */ 'msgpack',
    /* :value_bytes */ ''
);
