-- Store a write of a task after a checkpoint. Of a special channel (idx below 0) the last write
-- counts, of the others the first. AgentstoreSaver.put_writes.
-- Runs: each write of a graph's task
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_writes_pkey
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
    AND anchor.trashed_at IS NULL
-- @if scope
    AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND anchor.user_id = /* :scope_user_id */ 'ann'
-- @end
ON CONFLICT (thread_id, namespace_key, checkpoint_id, task_id, idx) DO UPDATE
SET
    channel_name = excluded.channel_name,
    task_path = excluded.task_path,
    value_type = excluded.value_type,
    value_bytes = excluded.value_bytes
WHERE agentstore_checkpoint_writes.idx < 0;
