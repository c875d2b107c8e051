-- One session. Storage.get_session, Storage.get_or_create_session; saves with an id of the caller's own
-- that was there.
-- Runs: often
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT
    s.id,
    s.created_at AT TIME ZONE 'UTC' AS created_at,
    s.updated_at AT TIME ZONE 'UTC' AS updated_at,
    s.active,
    s.metadata::text AS metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    s.archived_at AT TIME ZONE 'UTC' AS archived_at,
    s.pinned_at AT TIME ZONE 'UTC' AS pinned_at,
    s.last_message_at AT TIME ZONE 'UTC' AS last_message_at,
    s.trashed_at AT TIME ZONE 'UTC' AS trashed_at
FROM agentstore_sessions AS s
WHERE
    s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
