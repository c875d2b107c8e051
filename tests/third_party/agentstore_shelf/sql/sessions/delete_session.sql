-- Delete a session; what hangs on it goes by the foreign keys.
-- Runs: seldom
-- Index: primary key of agentstore_sessions
-- Returns: count
DELETE FROM agentstore_sessions
WHERE
    id = /* :session_id */ 's1'
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
