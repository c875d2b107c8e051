-- Store a checkpoint's own row. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoints
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoints (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
    checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    /* :parent_id */ NULL,
    /* :namespace */ '',
    /* :channel_versions */ '[]',
    /* :checkpoint_type */ 'msgpack',
    /* :checkpoint_bytes */ '',
    /* :metadata_type */ 'msgpack',
    /* :metadata_bytes */ ''
FROM agentstore_sessions AS anchor
WHERE
    anchor.id = /* :thread_id */ 't1'
    AND (anchor.trashed_at IS NULL) IS TRUE
-- @if scope
    AND (anchor.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (anchor.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
LOCK IN SHARE MODE
ON DUPLICATE KEY UPDATE
    channel_versions = VALUES (channel_versions),
    checkpoint_type = VALUES (checkpoint_type),
    checkpoint_bytes = VALUES (checkpoint_bytes),
    metadata_type = VALUES (metadata_type),
    metadata_bytes = VALUES (metadata_bytes);
