-- How many sessions a user has left, as holds keep them. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_sessions_user_created, agentstore_sessions_user_last_message
-- Rows: reads all sessions of :user_id
-- Returns: one
SELECT pg_catalog.count(*) AS held
FROM agentstore_sessions AS s
WHERE
    s.user_id OPERATOR (pg_catalog.=) /* :user_id */ 'ann'
    AND NOT s.user_id OPERATOR (pg_catalog.=) ''
-- @if tenant_id
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
