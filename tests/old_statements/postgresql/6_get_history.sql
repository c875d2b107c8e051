-- A session's messages in order, each with its tool calls: one row a call, and one for a message
-- that has none. Storage.get_history without a limit.
-- Runs: often
-- Index: agentstore_messages_pkey, agentstore_tool_calls_pkey
-- Rows: reads all messages of :session_id, and their tool calls
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: once prepared, PostgreSQL would else plan for a
--   session of a few messages, and compare each message of a long one with each call
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts::text AS parts,
    m.timestamp AT TIME ZONE 'UTC' AS timestamp,
    m.response_type,
    m.response::text AS response,
    m.metadata::text AS metadata,
    c.position AS call_position,
    c.id AS call_record_id,
    c.call_id,
    c.tool_name,
    c.arguments::text AS arguments,
    c.result::text AS result,
    c.success,
    c.timestamp AT TIME ZONE 'UTC' AS call_timestamp,
    c.completed_at AT TIME ZONE 'UTC' AS completed_at
FROM agentstore_messages AS m
LEFT JOIN LATERAL (
    SELECT c.*
    FROM agentstore_tool_calls AS c
    WHERE c.session_id = m.session_id AND c.message_position = m.position
    OFFSET 0
) AS c ON TRUE
WHERE
    m.session_id = /* :session_id */ 's1'
-- @if before_position
    AND m.position < /* :before_position */ 100
-- @end
-- @if roles
    AND m.role = ANY(/* :roles */ '{user,assistant}'::text[])
-- @end
ORDER BY m.position, c.position;
