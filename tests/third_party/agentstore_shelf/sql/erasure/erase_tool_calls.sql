-- Empty the tool calls of a message, under the lock of its session's row. Storage.erase_message.
-- Runs: seldom
-- Index: as the table has
-- Returns: count
UPDATE agentstore_tool_calls
SET
    arguments = '{}',
    result = NULL
WHERE
    session_id = /* :session_id */ 's1'
    AND message_position = /* :position */ 0;
