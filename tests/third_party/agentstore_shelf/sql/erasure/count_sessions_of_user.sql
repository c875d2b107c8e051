-- How many sessions a user has left, as holds keep them. Storage.erase_user.
-- Runs: seldom
-- Index: as the table has
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
