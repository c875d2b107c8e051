-- One session. Storage.get_session, Storage.get_or_create_session; saves with an id of the caller's own
-- that was there.
-- Runs: often
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
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
    s.id = /* :session_id */ 's1'
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
