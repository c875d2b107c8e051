-- A page of what retention looks at: sessions that were idle for longest.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: agentstore_sessions_last_message,
--   agentstore_sessions_tenant_last_message, agentstore_sessions_user_last_message,
--   agentstore_holds_in_force
-- Rows: reads at most :limit sessions, as many more as are in the trash or another user has; and the holds in
--   force of their tenants and users
-- Returns: many
-- Differs: FORCE INDEX, as the optimizer would rather sort all sessions for a page of them
SELECT
    s.id,
    cast(s.listed_at AS char) AS idle_since,
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
            h.tenant_id = s.tenant_id
            AND h.user_id IS NULL
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id IS NULL
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id = s.tenant_id
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
    ) AS is_held
-- More than one hint is not known to sqlfluff.
-- noqa: disable=PRS,LT02
FROM agentstore_sessions AS s
-- @unless scope
FORCE INDEX (agentstore_sessions_last_message)
-- @end
-- @if scope
FORCE INDEX (agentstore_sessions_tenant_last_message)
-- @end
-- @if scope_user
FORCE INDEX (agentstore_sessions_user_last_message)
IGNORE INDEX (agentstore_sessions_tenant_last_message)
-- @end
-- noqa: enable=PRS,LT02
WHERE
    s.listed_at <= /* :idle_before */ '2026-01-01 00:00:00.000000'
    AND s.trashed_at IS NULL
-- @if after_key
    AND s.listed_at >= /* :after_key_idle_since */ '2026-01-01 00:00:00.000000'
    AND (
        s.listed_at > /* :after_key_idle_since */ '2026-01-01 00:00:00.000000'
        OR s.id > /* :after_key_id */ 's1'
    )
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
ORDER BY s.listed_at, s.id
LIMIT /* :limit */ 500;
