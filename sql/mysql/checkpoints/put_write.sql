-- Store a write of a task after a checkpoint. Of a special channel (idx below 0) the last write
-- counts, of the others the first. AgentstoreSaver.put_writes.
-- Runs: each write of a graph's task
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_writes
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL stores all the writes of a task in one statement, put_writes
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx, channel_name, task_path, value_type, value_bytes
)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    /* :task_id */ 'task1',
    /* :idx */ 0,
    /* :channel_name */ 'messages',
    /* :task_path */ '',
    /* :value_type */ 'msgpack',
    /* :value_bytes */ ''
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
    channel_name = if(idx < 0, VALUES (channel_name), channel_name),
    task_path = if(idx < 0, VALUES (task_path), task_path),
    value_type = if(idx < 0, VALUES (value_type), value_type),
    value_bytes = if(idx < 0, VALUES (value_bytes), value_bytes);
