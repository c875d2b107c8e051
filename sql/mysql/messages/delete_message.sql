-- Delete a message; its tool calls go by the foreign key. Storage.delete_message.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, agentstore_messages_id
-- Rows: deletes at most one message, :message_id, and its tool calls
-- Returns: count
DELETE FROM agentstore_messages
WHERE
    id = /* :message_id */ 'm1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = agentstore_messages.session_id
            AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    );
