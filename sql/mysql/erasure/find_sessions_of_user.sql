-- Some sessions of a user that are not held, in the trash or not. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_sessions_user_created, agentstore_sessions_user_last_message, agentstore_holds_in_force
-- Rows: reads at most :limit, and those of :user_id that are held or another tenant's
-- Returns: many
SELECT s.id
FROM agentstore_sessions AS s
WHERE
    s.user_id = /* :user_id */ 'ann'
    AND s.user_id <> ''
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
-- @if tenant_id
    AND (s.tenant_id = /* :tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
LIMIT /* :limit */ 100;
