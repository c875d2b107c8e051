-- Whether an id of a session is in use, and whether this store sees the session: not in the trash, nor in
-- another scope. Storage.get_or_create_session, where it has neither found nor created it.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one

-- Locked, so that it is the newest, though a bound connection's snapshot may be older.
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
WHERE s.id = /* :session_id */ 's1'
LOCK IN SHARE MODE;
