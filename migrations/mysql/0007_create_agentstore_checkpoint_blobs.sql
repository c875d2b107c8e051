-- transactional: false
-- depends: 0006_create_agentstore_checkpoints
-- The values of a LangGraph thread's channels, each version once, whatever checkpoints share it.
CREATE TABLE agentstore_checkpoint_blobs (
    thread_id varchar(191) NOT NULL,
    namespace_key varchar(191) NOT NULL,
    channel_key varchar(191) NOT NULL,
    channel_version varchar(191) NOT NULL,
    value_type varchar(64) NOT NULL,
    value_bytes longblob NOT NULL,
    PRIMARY KEY (thread_id, namespace_key, channel_key, channel_version)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0007';
