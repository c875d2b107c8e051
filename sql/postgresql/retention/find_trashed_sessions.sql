-- A page of what retention looks at: what was in the trash for longest.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: agentstore_sessions_trashed,
--   agentstore_holds_in_force
-- Rows: reads at most :limit sessions, as many more as the filters do not leave; and the holds in
--   force of their tenants and users
-- Returns: many
SELECT
    s.id,
    s.trashed_at AT TIME ZONE 'UTC' AS idle_since,
    s.tenant_id,
    s.user_id,
    s.active,
    s.archived_at IS NOT NULL AS is_archived,
    s.trashed_at IS NOT NULL AS is_trashed,
    s.next_position,
    s.holds > 0
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id OPERATOR (pg_catalog.=) s.tenant_id
            AND h.user_id IS NULL
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id IS NULL
            AND h.user_id OPERATOR (pg_catalog.=) s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id OPERATOR (pg_catalog.=) s.tenant_id
            AND h.user_id OPERATOR (pg_catalog.=) s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    ) AS is_held
FROM agentstore_sessions AS s
WHERE
    s.trashed_at <= /* :idle_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @if after_key
    AND (s.trashed_at, s.id)
    OPERATOR (pg_catalog.>) (
        /* :after_key_idle_since */ '2026-01-01 00:00:00+00'::timestamptz,
        /* :after_key_id */ 's1'
    )
-- @end
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY s.trashed_at, s.id
LIMIT /* :limit */ 500;
