-- A session's messages in order, each with its tool calls: one row a call, and one for a message
-- that has none. Storage.get_history without a limit.
-- Runs: often
-- Index: agentstore_messages_pkey, agentstore_tool_calls_pkey
-- Rows: reads all messages of :session_id, and their tool calls
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
    m.session_id = /* :session_id */ 's1'
-- @if before_position
    AND m.position < /* :before_position */ 100
-- @end
-- @if roles
    AND m.role IN (SELECT j.value FROM json_each(/* :roles */ '["x"]') AS j)
-- @end
ORDER BY m.position, c.position;
