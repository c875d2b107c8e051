-- Sessions on which retention is about to act, locked, as they are now; those that others have
-- locked are passed over (no row is locked: writers have the whole database).
-- Storage.apply_retention, behind lock_gate; unlocked, to see which were passed over.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_pkey, agentstore_holds_in_force
-- Rows: reads at most one session for each of :ids, and the holds in force of its tenant and user
-- Returns: many
SELECT
    s.id,
    coalesce(s.trashed_at, s.last_message_at) AS idle_since,
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
    ) AS is_held,
    s.updated_at
FROM agentstore_sessions AS s
WHERE
    s.id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
-- @if unlocked
    AND TRUE
-- @end
;
