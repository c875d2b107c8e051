-- The holds in force, or those that were released. Storage.query_holds.
-- Runs: seldom
-- Index: none: they are few; agentstore_holds_in_force
-- Rows: reads all
-- Returns: many
SELECT
    h.id,
    h.reason,
    h.session_id,
    h.user_id,
    h.tenant_id,
    cast(h.placed_at AS char) AS placed_at,
    cast(h.released_at AS char) AS released_at
FROM agentstore_holds AS h
WHERE
    TRUE
-- @if released
    AND h.released_at IS NOT NULL
-- @end
-- @unless released
    AND h.released_at IS NULL
-- @end
-- @if scope
    AND (h.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (h.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
ORDER BY h.placed_at, h.id;
