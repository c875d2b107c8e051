-- Delete all messages of a session; their tool calls go by the foreign key.
-- Storage.delete_session_messages; and before the session goes: Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey
-- Rows: deletes all messages of :session_id, and their tool calls
-- Returns: count
DELETE FROM agentstore_messages
WHERE
    session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
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
    );
