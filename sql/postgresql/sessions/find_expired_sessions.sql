-- The sessions that were not touched for longest, locked; those in use are passed over.
-- Storage.delete_sessions.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_updated_at
-- Rows: reads at most :limit, and those that others have locked
-- Returns: many
SELECT
    s.id,
    s.updated_at AT TIME ZONE 'UTC' AS updated_at
FROM agentstore_sessions AS s
WHERE
    s.active = /* :active */ FALSE
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
    AND s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY s.updated_at, s.id
LIMIT /* :limit */ 100
FOR UPDATE SKIP LOCKED;
