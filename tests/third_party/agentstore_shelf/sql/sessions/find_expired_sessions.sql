-- The sessions that were not touched for longest. No row is locked: writers have the whole database.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_updated_at
-- Returns: many
SELECT
    s.id,
    s.updated_at
FROM agentstore_sessions AS s
WHERE
    s.active = /* :active */ FALSE
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
    AND s.trashed_at IS NULL
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
ORDER BY s.updated_at, s.id
LIMIT /* :limit */ 100;
