-- depends: 0006_create_agentstore_checkpoints
-- The values of a LangGraph thread's channels, each version once, whatever checkpoints share it.
CREATE TABLE agentstore_checkpoint_blobs (
    thread_id text NOT NULL,
    namespace_key text NOT NULL,
    channel_key text NOT NULL,
    channel_version text NOT NULL,
    value_type text NOT NULL,
    value_bytes blob NOT NULL
);

CREATE UNIQUE INDEX agentstore_checkpoint_blobs_pkey
ON agentstore_checkpoint_blobs (thread_id, namespace_key, channel_key, channel_version);
