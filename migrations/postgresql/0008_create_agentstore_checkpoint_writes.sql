-- depends: 0006_create_agentstore_checkpoints
-- What the tasks after a checkpoint have written so far. A write may come before its checkpoint.
-- idx below 0 is for special channels (errors, interrupts), of which the last write counts.
CREATE TABLE agentstore_checkpoint_writes (
    thread_id varchar(191) COLLATE "C" NOT NULL,
    namespace_key varchar(191) COLLATE "C" NOT NULL,
    checkpoint_id varchar(191) COLLATE "C" NOT NULL,
    task_id varchar(191) COLLATE "C" NOT NULL,
    idx integer NOT NULL,
    channel_name text NOT NULL,
    task_path text NOT NULL,
    value_type varchar(64) COLLATE "C" NOT NULL,
    value_bytes bytea NOT NULL,
    CONSTRAINT agentstore_checkpoint_writes_pkey
    PRIMARY KEY (thread_id, namespace_key, checkpoint_id, task_id, idx)
);

COMMENT ON TABLE agentstore_checkpoint_writes IS 'agentstore 0008';
