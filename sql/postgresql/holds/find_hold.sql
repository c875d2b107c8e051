-- What one hold is on, and when it was released. Storage.release_hold.
-- Runs: seldom
-- Index: agentstore_holds_pkey
-- Rows: reads at most one, :hold_id
-- Returns: one
SELECT
    h.session_id,
    h.released_at AT TIME ZONE 'UTC' AS released_at
FROM agentstore_holds AS h
WHERE
    h.id OPERATOR (pg_catalog.=) /* :hold_id */ 'h1'
-- @if scope
    AND (h.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (h.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
