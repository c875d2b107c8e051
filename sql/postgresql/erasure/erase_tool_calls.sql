-- Empty the tool calls of a message, under the lock of its session's row. Storage.erase_message.
-- Runs: seldom
-- Index: agentstore_tool_calls_pkey
-- Rows: writes those of the message at :position of :session_id
-- Returns: count
UPDATE agentstore_tool_calls
SET
    arguments = '{}',
    result = NULL
WHERE
    session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND message_position = /* :position */ 0;
