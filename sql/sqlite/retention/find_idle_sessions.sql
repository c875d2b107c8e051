-- A page of what retention looks at: sessions that were idle for longest.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: agentstore_sessions_last_message,
--   agentstore_sessions_tenant_last_message, agentstore_sessions_user_last_message,
--   agentstore_holds_in_force
-- Rows: reads at most :limit sessions, as many more as are in the trash or another user has; and the holds in
--   force of their tenants and users
-- Returns: many
SELECT
    s.id,
    coalesce(s.last_message_at, s.updated_at) AS idle_since,
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
FROM agentstore_sessions AS s
WHERE
    coalesce(s.last_message_at, s.updated_at) <= /* :idle_before */ '2026-01-01 00:00:00.000000'
    AND s.trashed_at IS NULL
-- @if after_key
    -- The pair alone finds no place in an index on an expression.
    AND coalesce(s.last_message_at, s.updated_at)
    >= /* :after_key_idle_since */ '2026-01-01 00:00:00.000000'
    AND (coalesce(s.last_message_at, s.updated_at), s.id)
    > (/* :after_key_idle_since */ '2026-01-01 00:00:00.000000', /* :after_key_id */ 's1')
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
    -- The index leaves out those that have none.
    AND s.tenant_id <> ''
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
    -- The index leaves out those that have none.
    AND s.user_id <> ''
-- @end
ORDER BY coalesce(s.last_message_at, s.updated_at), s.id
LIMIT /* :limit */ 500;
