-- transactional: false
-- depends: 0006_create_agentstore_checkpoints
-- What the tasks after a checkpoint have written so far. A write may come before its checkpoint.
-- idx below 0 is for special channels (errors, interrupts), of which the last write counts.
CREATE TABLE agentstore_checkpoint_writes (
    thread_id varchar(191) NOT NULL,
    namespace_key varchar(191) NOT NULL,
    checkpoint_id varchar(191) NOT NULL,
    task_id varchar(191) NOT NULL,
    idx integer NOT NULL,
    channel_name longtext NOT NULL,
    task_path longtext NOT NULL,
    value_type varchar(64) NOT NULL,
    value_bytes longblob NOT NULL,
    PRIMARY KEY (thread_id, namespace_key, checkpoint_id, task_id, idx)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0008';
