-- One session as it is now, locked, though the caller's transaction may read an older snapshot: what a write
-- has met is looked at. Storage.save_..._message, Storage.save_messages, Storage.get_or_create_session and
-- Storage.save_pending_confirmation, in a transaction of the caller's.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one, :session_id
-- Returns: one
-- Differs: elsewhere no write sees more than a read of the same transaction
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
    AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
LOCK IN SHARE MODE;
