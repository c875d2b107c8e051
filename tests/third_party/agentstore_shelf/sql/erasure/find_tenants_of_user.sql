-- The first and the last tenant that has a user: they differ where several have it. Storage.erase_user.
-- Runs: seldom
-- Index: as the table has
-- Returns: one
SELECT
    min(s.tenant_id) AS first_tenant_id,
    max(s.tenant_id) AS last_tenant_id
FROM agentstore_sessions AS s
WHERE
    s.user_id = /* :user_id */ 'ann'
    AND s.user_id <> ''
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
