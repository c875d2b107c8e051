-- How many sessions there are.
-- Runs: now and then
-- Index: agentstore_sessions_created_at with filters by created_*;
--   none: without these it counts the whole table
-- Returns: one
SELECT count(*) AS sessions
FROM agentstore_sessions AS s
WHERE
    1 = 1
-- @if trashed
    AND s.trashed_at IS NOT NULL
-- @end
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
    -- The index leaves out those that have none.
    AND s.tenant_id <> ''
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
    -- The index leaves out those that have none.
    AND s.user_id <> ''
-- @end
-- @if without_tenant
    AND s.tenant_id = ''
-- @end
-- @if archived
    AND (s.archived_at IS NOT NULL) = /* :archived */ TRUE
-- @end
-- @if pinned
    AND (s.pinned_at IS NOT NULL) = /* :pinned */ TRUE
-- @end
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND s.created_at >= /* :created_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if created_before
    AND s.created_at <= /* :created_before */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_after
    -- The index begins with active.
    AND s.active IN (TRUE, FALSE)
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_before
    -- The index begins with active.
    AND s.active IN (TRUE, FALSE)
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
-- @end
;
