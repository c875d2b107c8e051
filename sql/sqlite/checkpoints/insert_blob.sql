-- Store a channel's value under a version; it is never another. AgentstoreSaver.put.
-- Runs: each new value of a channel
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_blobs_pkey
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :channel_key */ 'messages',
    /* :channel_version */ '1',
    /* :value_type */ 'msgpack',
    /* :value_bytes */ ''
FROM agentstore_sessions AS anchor
WHERE
    anchor.id = /* :thread_id */ 't1'
    AND anchor.trashed_at IS NULL
-- @if scope
    AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND anchor.user_id = /* :scope_user_id */ 'ann'
-- @end
ON CONFLICT (thread_id, namespace_key, channel_key, channel_version) DO NOTHING;
