-- Count a hold on a session up, under the lock of its row. Storage.place_hold.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET holds = holds + 1
WHERE
    id = /* :session_id */ 's1'
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
