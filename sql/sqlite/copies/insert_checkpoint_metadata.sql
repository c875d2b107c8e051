-- Store rows of agentstore_checkpoint_metadata as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_metadata
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_checkpoint_metadata
INSERT INTO agentstore_checkpoint_metadata (
    thread_id, namespace_key, checkpoint_id, entry
)
VALUES (
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    /* :entry */ '["run_id","r1"]'
);
