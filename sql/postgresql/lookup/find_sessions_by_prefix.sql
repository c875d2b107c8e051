-- The first ids of sessions that begin with :prefix and go on, in the trash too.
-- agentstore show and others.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: reads at most :limit sessions between :prefix and :prefix_end; more as the scope does not leave
-- Returns: many
SELECT s.id
FROM agentstore_sessions AS s
WHERE
    s.id OPERATOR (pg_catalog.>) /* :prefix */ 's1'
    AND s.id OPERATOR (pg_catalog.<) /* :prefix_end */ 's2'
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY s.id
LIMIT /* :limit */ 2;
