-- One message with its tool calls. Storage.get_message.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_pkey
-- Rows: reads at most one, :message_id, and its tool calls
-- Returns: many
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts,
    m.timestamp,
    m.response_type,
    m.response,
    m.metadata,
    c.position AS call_position,
    c.id AS call_record_id,
    c.call_id,
    c.tool_name,
    c.arguments,
    c.result,
    c.success,
    c.timestamp AS call_timestamp,
    c.completed_at
FROM agentstore_messages AS m
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
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
ORDER BY c.position;
