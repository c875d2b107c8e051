-- Forget the index entries of metadata that changed.
-- Runs: each change of metadata
-- Index: primary key of agentstore_session_metadata
-- Returns: count
DELETE FROM agentstore_session_metadata
WHERE
    session_id = /* :session_id */ 's1'
    AND entry IN (SELECT j.value FROM json_each(/* :entries */ '[]') AS j)
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    );
