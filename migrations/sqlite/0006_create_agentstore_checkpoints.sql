-- A checkpoint of a LangGraph thread (agentstore.integrations.langgraph). namespace_key is the
-- namespace, or sha256:... of one that is no id; channel_versions lists [key, version] of
-- the values that belong to it (agentstore_checkpoint_blobs); the rest is bytes of its serializer.
CREATE TABLE agentstore_checkpoints (
    thread_id text NOT NULL,
    namespace_key text NOT NULL,
    checkpoint_id text NOT NULL,
    parent_id text,
    namespace text NOT NULL,
    channel_versions text NOT NULL,
    checkpoint_type text NOT NULL,
    checkpoint_bytes blob NOT NULL,
    metadata_type text NOT NULL,
    metadata_bytes blob NOT NULL
);

CREATE UNIQUE INDEX agentstore_checkpoints_pkey
ON agentstore_checkpoints (thread_id, namespace_key, checkpoint_id);

CREATE INDEX agentstore_checkpoints_checkpoint_id
ON agentstore_checkpoints (checkpoint_id, thread_id, namespace_key);

CREATE INDEX agentstore_checkpoints_thread
ON agentstore_checkpoints (thread_id, checkpoint_id, namespace_key);
