-- What one hold is on, and when it was released. Storage.release_hold.
-- Runs: seldom
-- Index: as the table has
-- Returns: one
SELECT
    h.session_id,
    h.released_at
FROM agentstore_holds AS h
WHERE
    h.id = /* :hold_id */ 'h1'
-- @if scope
    AND h.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND h.user_id = /* :scope_user_id */ 'ann'
-- @end
;
