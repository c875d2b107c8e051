-- A checkpoint of a LangGraph thread (agentstore.integrations.langgraph). namespace_key is the
-- namespace, or sha256:... of one that is no id; channel_versions lists [key, version] of
-- the values that belong to it (agentstore_checkpoint_blobs); the rest is bytes of its serializer.
CREATE TABLE agentstore_checkpoints (
    thread_id varchar(191) COLLATE "C" NOT NULL,
    namespace_key varchar(191) COLLATE "C" NOT NULL,
    checkpoint_id varchar(191) COLLATE "C" NOT NULL,
    parent_id varchar(191) COLLATE "C",
    namespace text NOT NULL,
    channel_versions json NOT NULL,
    checkpoint_type varchar(64) COLLATE "C" NOT NULL,
    checkpoint_bytes bytea NOT NULL,
    metadata_type varchar(64) COLLATE "C" NOT NULL,
    metadata_bytes bytea NOT NULL,
    CONSTRAINT agentstore_checkpoints_pkey PRIMARY KEY (thread_id, namespace_key, checkpoint_id)
);

CREATE INDEX agentstore_checkpoints_checkpoint_id
ON agentstore_checkpoints (checkpoint_id, thread_id, namespace_key);

CREATE INDEX agentstore_checkpoints_thread
ON agentstore_checkpoints (thread_id, checkpoint_id, namespace_key);

COMMENT ON TABLE agentstore_checkpoints IS 'agentstore 0006';
