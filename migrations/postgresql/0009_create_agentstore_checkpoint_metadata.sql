-- depends: 0006_create_agentstore_checkpoints
-- The scalars at the top level of a checkpoint's metadata, one row each, for filters.
-- entry is the JSON list [key, value] in ASCII, or sha256:... of it where that is long.
CREATE TABLE agentstore_checkpoint_metadata (
    thread_id varchar(191) COLLATE "C" NOT NULL,
    namespace_key varchar(191) COLLATE "C" NOT NULL,
    checkpoint_id varchar(191) COLLATE "C" NOT NULL,
    entry varchar(255) COLLATE "C" NOT NULL,
    CONSTRAINT agentstore_checkpoint_metadata_pkey
    PRIMARY KEY (thread_id, namespace_key, checkpoint_id, entry)
);

CREATE INDEX agentstore_checkpoint_metadata_entry
ON agentstore_checkpoint_metadata (entry, checkpoint_id, thread_id, namespace_key);

COMMENT ON TABLE agentstore_checkpoint_metadata IS 'agentstore 0009';
