-- depends: 0006_create_agentstore_checkpoints
-- What the tasks after a checkpoint have written so far. A write may come before its checkpoint.
-- idx below 0 is for special channels (errors, interrupts), of which the last write counts.
CREATE TABLE agentstore_checkpoint_writes (
    thread_id text NOT NULL,
    namespace_key text NOT NULL,
    checkpoint_id text NOT NULL,
    task_id text NOT NULL,
    idx integer NOT NULL,
    channel_name text NOT NULL,
    task_path text NOT NULL,
    value_type text NOT NULL,
    value_bytes blob NOT NULL
);

CREATE UNIQUE INDEX agentstore_checkpoint_writes_pkey
ON agentstore_checkpoint_writes (thread_id, namespace_key, checkpoint_id, task_id, idx);
