-- Count a hold on a session up, under the lock of its row. Storage.place_hold.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET holds = holds + 1
WHERE
    id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
