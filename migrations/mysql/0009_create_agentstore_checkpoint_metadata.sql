-- transactional: false
-- depends: 0006_create_agentstore_checkpoints
-- The scalars at the top level of a checkpoint's metadata, one row each, for filters.
-- entry is the JSON list [key, value] in ASCII, or sha256:... of it where that is long.
CREATE TABLE agentstore_checkpoint_metadata (
    thread_id varchar(191) NOT NULL,
    namespace_key varchar(191) NOT NULL,
    checkpoint_id varchar(191) NOT NULL,
    entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (thread_id, namespace_key, checkpoint_id, entry),
    KEY agentstore_checkpoint_metadata_entry (entry, checkpoint_id, thread_id, namespace_key)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0009';
