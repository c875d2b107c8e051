-- The closed sessions that were not touched for longest, locked; those in use or held are passed over.
-- Storage.delete_sessions.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_closed, agentstore_holds_in_force
-- Rows: reads at most :limit, those that a scope leaves out, that are held, in the trash or locked by others,
--   and the holds in force of their tenants and users
-- Returns: many
SELECT
    s.id,
    cast(s.updated_at AS char) AS updated_at
FROM agentstore_sessions AS s
WHERE
    s.closed_updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
    AND (s.trashed_at IS NULL) IS TRUE
    AND s.holds = 0
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id = s.tenant_id
            AND h.user_id IS NULL
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id IS NULL
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id = s.tenant_id
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY s.closed_updated_at, s.id
LIMIT /* :limit */ 100
-- SKIP LOCKED is not known to sqlfluff here.
-- noqa: disable=PRS
FOR UPDATE SKIP LOCKED;
