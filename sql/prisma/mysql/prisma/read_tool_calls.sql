-- The tool calls of a page of a session's messages in the original (the page that ends with a given
-- message), in order; equal times are in the order of the ids. agentstore import-prisma.
-- Runs: once a page of a session
-- Index: agent_messages_sessionId_idx, agent_tool_calls_messageId_idx
-- Returns: many
SELECT
    m.id AS message_id,
    c.id,
    c.toolName AS tool_name,
    c.arguments,
    c.result,
    coalesce(
        timestampdiff(MICROSECOND, '1970-01-01', c.timestamp), -9000000000000000000
    ) AS call_timestamp
FROM (
    SELECT
        o.id,
        coalesce(
            timestampdiff(MICROSECOND, '1970-01-01', o.timestamp), -9000000000000000000
        ) AS message_timestamp
    FROM agent_messages AS o
    WHERE o.sessionId = /* :session_id */ 's1'
) AS m
INNER JOIN agent_tool_calls AS c ON m.id = c.messageId
WHERE
    (m.message_timestamp, cast(m.id AS binary))
    <= (/* :last_timestamp */ 0, cast(/* :last_id */ 'm1' AS binary))
-- @if after_key
    AND (m.message_timestamp, cast(m.id AS binary))
    > (/* :after_key_timestamp */ 0, cast(/* :after_key_id */ 'm1' AS binary))
-- @end
ORDER BY call_timestamp, cast(c.id AS binary);
