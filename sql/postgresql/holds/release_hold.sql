-- Release a hold that is in force. Storage.release_hold.
-- Runs: seldom
-- Index: agentstore_holds_pkey
-- Rows: writes at most one, :hold_id
-- Returns: count
UPDATE agentstore_holds
SET released_at = /* :now */ '2026-01-01 00:00:00+00'::timestamptz
WHERE
    id OPERATOR (pg_catalog.=) /* :hold_id */ 'h1'
    AND released_at IS NULL
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
