-- How many sessions there are. Storage.count_sessions.
-- Runs: now and then
-- Index: agentstore_sessions_tenant_last_message, agentstore_sessions_user_last_message,
--   agentstore_sessions_tenant_created, agentstore_sessions_user_created, agentstore_sessions_trashed,
--   agentstore_sessions_created_at with filters by created_*;
--   none: without these it counts the whole table
-- Rows: reads all sessions that the filters leave; without any, the whole table's index
-- Returns: one
SELECT pg_catalog.count(*) AS sessions
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
    AND s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme'
    -- The index leaves out those that have none.
    AND NOT s.tenant_id OPERATOR (pg_catalog.=) ''
-- @end
-- @if scope_user
    AND s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann'
    -- The index leaves out those that have none.
    AND NOT s.user_id OPERATOR (pg_catalog.=) ''
-- @end
-- @if without_tenant
    AND s.tenant_id OPERATOR (pg_catalog.=) ''
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
    AND s.created_at >= /* :created_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if created_before
    AND s.created_at <= /* :created_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_after
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_before
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
;
