-- The tool calls of a page of a session's messages in the original (the page that ends with a given
-- message), in order; equal times are in the order of the ids. agentstore import-prisma.
-- Runs: once a page of a session
-- Index: agent_messages_sessionId_idx, agent_tool_calls_messageId_idx
-- Returns: many
SELECT
    m.id AS message_id,
    c.id,
    c."toolName" AS tool_name,
    c.arguments::text AS arguments,
    c.result::text AS result,
    CASE
        WHEN pg_catalog.isfinite(c.timestamp)
            THEN pg_catalog.round(extract(EPOCH FROM c.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint
        ELSE -9000000000000000000
    END AS call_timestamp
FROM (
    SELECT
        o.id,
        CASE
            WHEN pg_catalog.isfinite(o.timestamp)
                THEN pg_catalog.round(extract(EPOCH FROM o.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint
            ELSE -9000000000000000000
        END AS message_timestamp
    FROM agent_messages AS o
    WHERE o."sessionId" OPERATOR (pg_catalog.=) /* :session_id */ 's1'
) AS m
INNER JOIN agent_tool_calls AS c ON m.id OPERATOR (pg_catalog.=) c."messageId"
WHERE
    NOT (m.message_timestamp, pg_catalog.convert_to(m.id, 'UTF8'))
    OPERATOR (pg_catalog.>) (
        /* :last_timestamp */ 0::bigint, pg_catalog.convert_to(/* :last_id */ 'm1', 'UTF8')
    )
-- @if after_key
    AND (m.message_timestamp, pg_catalog.convert_to(m.id, 'UTF8'))
    OPERATOR (pg_catalog.>) (
        /* :after_key_timestamp */ 0::bigint, pg_catalog.convert_to(/* :after_key_id */ 'm1', 'UTF8')
    )
-- @end
ORDER BY call_timestamp, pg_catalog.convert_to(c.id, 'UTF8');
