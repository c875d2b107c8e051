-- A session's messages in order, each with its tool calls: one row a call, and one for a message
-- that has none. Storage.get_history without a limit.
-- Runs: often
-- Index: PRIMARY of agentstore_messages, PRIMARY of agentstore_tool_calls
-- Rows: reads all messages of :session_id, and their tool calls
-- Returns: many
-- Differs: calls come by their key, unsorted: to sort them too MySQL would copy all into a table
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts,
    cast(m.timestamp AS char) AS timestamp,
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
    cast(c.timestamp AS char) AS call_timestamp,
    cast(c.completed_at AS char) AS completed_at
FROM agentstore_messages AS m
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
WHERE
    m.session_id = /* :session_id */ 's1'
-- @if before_position
    AND m.position < /* :before_position */ 100
-- @end
-- @if roles
    AND json_contains(/* :roles */ '["user"]', json_quote(m.role))
-- @end
ORDER BY m.position;
