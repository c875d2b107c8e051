-- A page of all sessions, by id, and which of them clean-up may delete: those in use, too, which no
-- index has by when they were touched. Storage.delete_sessions(inactive_only=False).
-- Runs: each batch of a clean-up
-- Index: as the table has
-- Returns: many
SELECT
    s.id,
    s.updated_at,
    s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
    AND s.trashed_at IS NULL
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
    ) AS is_expired
FROM agentstore_sessions AS s
WHERE
    s.id > /* :after_id */ 's1'
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
ORDER BY s.id
LIMIT /* :limit */ 10000;
