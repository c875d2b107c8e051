-- Store a channel's value under a version; it is never another. AgentstoreSaver.put.
-- Runs: each new value of a channel
-- Index: agentstore_checkpoint_blobs_pkey
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
)
VALUES (
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :channel_key */ 'messages',
    /* :channel_version */ '1',
    /* :value_type */ 'msgpack',
    /* :value_bytes */ ''
)
ON CONFLICT (thread_id, namespace_key, channel_key, channel_version) DO NOTHING;
