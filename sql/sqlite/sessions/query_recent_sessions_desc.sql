-- A page of sessions, the latest message first. Storage.query_sessions, Storage.iter_sessions,
-- Storage.page_sessions.
-- Runs: each page of a list of sessions
-- Index: agentstore_sessions_created_at, agentstore_sessions_tenant_created,
--   agentstore_sessions_user_created,
--   agentstore_sessions_tenant_last_message, agentstore_sessions_user_last_message,
--   agentstore_sessions_trashed, agentstore_sessions_last_message
-- Rows: reads at most :limit and :offset sessions; as many more as the filters do not leave
-- Returns: many
-- Differs: + keeps a column from being looked up by an index, which would sort all that it finds
SELECT
    s.id,
    s.created_at,
    s.updated_at,
    s.active,
    s.metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    s.archived_at,
    s.pinned_at,
    s.last_message_at,
    s.trashed_at
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
-- @if after_key
    -- The pair alone finds no place in an index on an expression.
    AND coalesce(s.last_message_at, s.updated_at)
    <= /* :after_key_last_message_at */ '2026-01-01 00:00:00.000000'
    AND (coalesce(s.last_message_at, s.updated_at), s.id)
    < (/* :after_key_last_message_at */ '2026-01-01 00:00:00.000000', /* :after_key_id */ 's1')
-- @end
-- @if active
    AND +s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND +s.created_at >= /* :created_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if created_before
    AND +s.created_at <= /* :created_before */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_after
    AND +s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_before
    AND +s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
-- @end
ORDER BY coalesce(s.last_message_at, s.updated_at) DESC, s.id DESC
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
