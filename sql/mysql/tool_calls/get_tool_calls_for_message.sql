-- A message's tool calls, in order. Storage.get_tool_calls_for_message.
-- Runs: now and then
-- Index: PRIMARY of agentstore_sessions, agentstore_messages_id, PRIMARY of agentstore_tool_calls
-- Rows: reads at most one message, :message_id, and its tool calls
-- Returns: many
SELECT
    c.id,
    c.session_id,
    c.message_id,
    c.position,
    c.call_id,
    c.tool_name,
    c.arguments,
    c.result,
    c.success,
    cast(c.timestamp AS char) AS timestamp,
    cast(c.completed_at AS char) AS completed_at
FROM agentstore_messages AS m
INNER JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
WHERE
    m.id = /* :message_id */ 'm1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = m.session_id
            AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
ORDER BY c.position;
