-- Forget the index entries of a checkpoint that is stored again with other metadata.
-- AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoint_metadata_pkey
-- Rows: reads the index entries of one checkpoint, :checkpoint_id; deletes those not in :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
DELETE FROM agentstore_checkpoint_metadata
WHERE
    thread_id = /* :thread_id */ 't1'
    AND namespace_key = /* :namespace_key */ ''
    AND checkpoint_id = /* :checkpoint_id */ '1f0'
    AND entry NOT IN (SELECT j.value FROM json_each(/* :entries */ '[]') AS j)
    AND EXISTS (
        SELECT 1
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
    );
