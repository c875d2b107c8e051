-- depends: 0006_create_agentstore_checkpoints
-- The values of a LangGraph thread's channels, each version once, whatever checkpoints share it.
CREATE TABLE agentstore_checkpoint_blobs (
    thread_id varchar(191) COLLATE "C" NOT NULL,
    namespace_key varchar(191) COLLATE "C" NOT NULL,
    channel_key varchar(191) COLLATE "C" NOT NULL,
    channel_version varchar(191) COLLATE "C" NOT NULL,
    value_type varchar(64) COLLATE "C" NOT NULL,
    value_bytes bytea NOT NULL,
    CONSTRAINT agentstore_checkpoint_blobs_pkey
    PRIMARY KEY (thread_id, namespace_key, channel_key, channel_version)
);

COMMENT ON TABLE agentstore_checkpoint_blobs IS 'agentstore 0007';
