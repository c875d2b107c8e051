-- The closed sessions that were not touched for longest, locked; those in use or held are passed over.
-- Storage.delete_sessions.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_closed, agentstore_holds_in_force;
--   none: the caller's own connection may read the table, where a scope has few of the old sessions
-- Rows: reads at most :limit, those that a scope leaves out, that are held, in the trash or locked by others,
--   and the holds in force of their tenants and users
-- Returns: many
SELECT
    s.id,
    s.updated_at AT TIME ZONE 'UTC' AS updated_at
FROM agentstore_sessions AS s
WHERE
    NOT s.active
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
    AND s.trashed_at IS NULL
    AND s.holds = 0
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id OPERATOR (pg_catalog.=) s.tenant_id
            AND h.user_id IS NULL
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id IS NULL
            AND h.user_id OPERATOR (pg_catalog.=) s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id OPERATOR (pg_catalog.=) s.tenant_id
            AND h.user_id OPERATOR (pg_catalog.=) s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY s.updated_at, s.id
LIMIT /* :limit */ 100
FOR UPDATE SKIP LOCKED;
