-- A page of the sessions with a certain value in their metadata, the latest message first.
-- Storage.query_sessions, Storage.iter_sessions, Storage.page_sessions.
-- Runs: each page of such a list
-- Index: agentstore_session_metadata_entry, agentstore_sessions_pkey, agentstore_session_metadata_pkey;
--   none: where many sessions match, their table is read whole
-- Rows: reads all index entries of :entry, and their sessions; sorts those that the filters leave
-- Returns: many
-- Differs: CROSS JOIN, which SQLite runs as written, lest it begin with the other table and sort
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
FROM agentstore_session_metadata AS e
CROSS JOIN agentstore_sessions AS s
WHERE
    e.entry = /* :entry */ '["user_id","123"]'
    AND e.session_id = s.id
-- @if trashed
    AND s.trashed_at IS NOT NULL
-- @end
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
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
    AND (coalesce(s.last_message_at, s.updated_at), s.id)
    < (/* :after_key_last_message_at */ '2026-01-01 00:00:00.000000', /* :after_key_id */ 's1')
-- @end
-- @if more_entries
    AND NOT EXISTS (
        SELECT 1
        FROM json_each(/* :entries */ '[]') AS wanted
        WHERE NOT EXISTS (
            SELECT 1
            FROM agentstore_session_metadata AS other
            WHERE other.session_id = s.id AND other.entry = wanted.value
        )
    )
-- @end
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND e.created_at >= /* :created_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if created_before
    AND e.created_at <= /* :created_before */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_after
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_before
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
-- @end
ORDER BY coalesce(s.last_message_at, s.updated_at) DESC, s.id DESC
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
