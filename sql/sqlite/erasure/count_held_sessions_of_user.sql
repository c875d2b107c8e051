-- How many sessions a user has left, as holds keep them. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_sessions_user_created, agentstore_sessions_user_last_message
-- Rows: reads all sessions of :user_id
-- Returns: one
SELECT count(*) AS held
FROM agentstore_sessions AS s
WHERE
    s.user_id = /* :user_id */ 'ann'
    AND s.user_id <> ''
-- @if tenant_id
    AND s.tenant_id = /* :tenant_id */ 'acme'
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
