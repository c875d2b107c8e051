-- The tool calls of a page of a session's messages in the original (the page that ends with a given
-- message), in order; equal times are in the order of the ids. agentstore import-prisma.
-- Runs: once a page of a session
-- Index: agent_messages_sessionId_idx, agent_tool_calls_messageId_idx
-- Returns: many
-- Differs: in SQLite Prisma writes a time as a number or as text
SELECT
    m.id AS message_id,
    c.id,
    c."toolName" AS tool_name,
    cast(c.arguments AS text) AS arguments,
    cast(c.result AS text) AS result,
    coalesce(
        CASE
            WHEN typeof(c.timestamp) = 'text'
                THEN cast(round((julianday(c.timestamp) - 2440587.5) * 86400000) AS integer)
            ELSE cast(c.timestamp AS integer)
        END * 1000, -9000000000000000000
    ) AS call_timestamp
FROM (
    SELECT
        o.id,
        coalesce(
            CASE
                WHEN typeof(o.timestamp) = 'text'
                    THEN cast(round((julianday(o.timestamp) - 2440587.5) * 86400000) AS integer)
                ELSE cast(o.timestamp AS integer)
            END * 1000, -9000000000000000000
        ) AS message_timestamp
    FROM agent_messages AS o
    WHERE o."sessionId" = /* :session_id */ 's1'
) AS m
INNER JOIN agent_tool_calls AS c ON m.id = c."messageId"
WHERE
    (m.message_timestamp, m.id)
    <= (/* :last_timestamp */ 0, /* :last_id */ 'm1')
-- @if after_key
    AND (m.message_timestamp, m.id)
    > (/* :after_key_timestamp */ 0, /* :after_key_id */ 'm1')
-- @end
ORDER BY call_timestamp, c.id;
