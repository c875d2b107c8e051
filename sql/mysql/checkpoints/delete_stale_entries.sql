-- Forget the index entries of a checkpoint that is stored again with other metadata.
-- AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_metadata
-- Rows: reads the index entries of one checkpoint, :checkpoint_id; deletes those not in :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
DELETE FROM agentstore_checkpoint_metadata
WHERE
    thread_id = /* :thread_id */ 't1'
    AND namespace_key = /* :namespace_key */ ''
    AND checkpoint_id = /* :checkpoint_id */ '1f0'
    AND NOT json_contains(/* :entries */ '[]', json_quote(convert(entry USING utf8mb4)))
    AND EXISTS (
        SELECT 1
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
    );
