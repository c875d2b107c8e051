-- Delete a message's tool calls before the message. Storage.delete_message.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_pkey
-- Rows: reads at most one message, :message_id; deletes its tool calls
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_tool_calls
WHERE (session_id, message_position) IN (
    SELECT
        m.session_id,
        m.position
    FROM agentstore_messages AS m
    WHERE
        m.id = /* :message_id */ 'm1'
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id = m.session_id
                AND s.trashed_at IS NULL
-- @if scope
                AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
                AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
        )
);
