-- Whether an id of a session is in use, and whether this store sees the session.
-- Runs: seldom
-- Index: primary key of agentstore_sessions
-- Returns: one
SELECT
    s.trashed_at IS NULL
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
        AS is_seen
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
