-- The first and the last tenant that has a user: they differ where several have it. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_sessions_user_created, agentstore_sessions_user_last_message
-- Rows: reads all sessions of :user_id
-- Returns: one
SELECT
    min(s.tenant_id) AS first_tenant_id,
    max(s.tenant_id) AS last_tenant_id
FROM agentstore_sessions AS s
WHERE
    s.user_id = /* :user_id */ 'ann'
    AND s.user_id <> ''
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
