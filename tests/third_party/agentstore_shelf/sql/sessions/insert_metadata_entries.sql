-- Index a session's metadata.
-- Runs: once a session, and each change of metadata
-- Index: primary key of agentstore_sessions
-- Returns: count
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.value,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN json_each(/* :entries */ '[]') AS e
WHERE
    s.id = /* :session_id */ 's1'
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
