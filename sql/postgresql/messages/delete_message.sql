-- Delete a message; its tool calls go by the foreign key. Storage.delete_message.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_messages_id
-- Rows: deletes at most one message, :message_id, and its tool calls
-- Returns: count
DELETE FROM agentstore_messages
WHERE
    id OPERATOR (pg_catalog.=) /* :message_id */ 'm1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) agentstore_messages.session_id
            AND s.trashed_at IS NULL
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        OFFSET 0
    );
