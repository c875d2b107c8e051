-- Delete a session; what hangs on it goes by the foreign keys. Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention; the last three where a batch is
-- one session.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions
-- Rows: deletes at most one session, :session_id, and all that hangs on it: messages, tool calls,
--   index entries, a confirmation, what ADK keeps
-- Returns: count
DELETE FROM agentstore_sessions
WHERE
    id = /* :session_id */ 's1'
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
