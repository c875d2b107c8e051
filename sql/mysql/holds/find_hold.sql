-- What one hold is on, and when it was released. Storage.release_hold.
-- Runs: seldom
-- Index: PRIMARY of agentstore_holds
-- Rows: reads at most one, :hold_id
-- Returns: one
SELECT
    h.session_id,
    cast(h.released_at AS char) AS released_at
FROM agentstore_holds AS h
WHERE
    h.id = /* :hold_id */ 'h1'
-- @if scope
    AND (h.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (h.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
