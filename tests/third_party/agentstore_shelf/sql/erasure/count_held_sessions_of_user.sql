-- How many sessions of a user holds keep. Storage.erase_user, behind lock_gate.
-- Runs: seldom
-- Index: as the table has
-- Returns: one
SELECT count(*) AS held
FROM agentstore_sessions AS s
WHERE
    s.user_id = /* :user_id */ 'ann'
    AND s.user_id <> ''
    AND (
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
        )
    )
-- @if tenant_id
    AND s.tenant_id = /* :tenant_id */ 'acme'
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
