-- transactional: false
-- A checkpoint of a LangGraph thread (agentstore.integrations.langgraph). namespace_key is the
-- namespace, or sha256:... of one that is no id; channel_versions lists [key, version] of
-- the values that belong to it (agentstore_checkpoint_blobs); the rest is bytes of its serializer.
CREATE TABLE agentstore_checkpoints (
    thread_id varchar(191) NOT NULL,
    namespace_key varchar(191) NOT NULL,
    checkpoint_id varchar(191) NOT NULL,
    parent_id varchar(191),
    namespace longtext NOT NULL,
    channel_versions longtext NOT NULL,
    checkpoint_type varchar(64) NOT NULL,
    checkpoint_bytes longblob NOT NULL,
    metadata_type varchar(64) NOT NULL,
    metadata_bytes longblob NOT NULL,
    PRIMARY KEY (thread_id, namespace_key, checkpoint_id),
    KEY agentstore_checkpoints_checkpoint_id (checkpoint_id, thread_id, namespace_key),
    KEY agentstore_checkpoints_thread (thread_id, checkpoint_id, namespace_key)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0006';
