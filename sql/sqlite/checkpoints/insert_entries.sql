-- Index a checkpoint's metadata. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_metadata_pkey
-- Rows: writes one for each of :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    e.value
FROM json_each(/* :entries */ '[]') AS e
CROSS JOIN agentstore_sessions AS anchor
WHERE
    anchor.id = /* :thread_id */ 't1'
    AND anchor.trashed_at IS NULL
-- @if scope
    AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND anchor.user_id = /* :scope_user_id */ 'ann'
-- @end
ON CONFLICT (thread_id, namespace_key, checkpoint_id, entry) DO NOTHING;
