-- Store rows of agentstore_checkpoint_writes as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_writes
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_checkpoint_writes
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx, channel_name, task_path, value_type,
    value_bytes
)
VALUES (
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    /* :task_id */ 'task1',
    /* :idx */ 0,
    /* :channel_name */ 'messages',
    /* :task_path */ '',
    /* :value_type */ 'msgpack',
    /* :value_bytes */ ''
);
