-- Release a hold that is in force. Storage.release_hold.
-- Runs: seldom
-- Index: PRIMARY of agentstore_holds
-- Rows: writes at most one, :hold_id
-- Returns: count
UPDATE agentstore_holds
SET released_at = /* :now */ '2026-01-01 00:00:00.000000'
WHERE
    id = /* :hold_id */ 'h1'
    AND released_at IS NULL
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
