-- One session. Storage.get_session, Storage.get_or_create_session; saves with an id of the caller's own
-- that was there.
-- Runs: often
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT
    s.id,
    cast(s.created_at AS char) AS created_at,
    cast(s.updated_at AS char) AS updated_at,
    s.active,
    s.metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    cast(s.archived_at AS char) AS archived_at,
    cast(s.pinned_at AS char) AS pinned_at,
    cast(s.last_message_at AS char) AS last_message_at,
    cast(s.trashed_at AS char) AS trashed_at
FROM agentstore_sessions AS s
WHERE
    s.id = /* :session_id */ 's1'
-- @unless trashed
    AND (s.trashed_at IS NULL) IS TRUE
-- @end
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
