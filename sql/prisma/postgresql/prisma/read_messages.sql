-- A page of a session's messages in the original, in order; equal times are in the order of the ids.
-- Times are microseconds since 1970, whatever the precision of the column.
-- agentstore import-prisma.
-- Runs: once a page of a session
-- Index: agent_messages_sessionId_idx
-- Returns: many
SELECT
    m.id,
    m.role,
    m.content,
    m.message_timestamp,
    m.response_type,
    m.metadata
FROM (
    SELECT
        o.id,
        o.role,
        o.content,
        CASE
            WHEN pg_catalog.isfinite(o.timestamp)
                THEN pg_catalog.round(extract(EPOCH FROM o.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint
            ELSE -9000000000000000000
        END AS message_timestamp,
        o."responseType" AS response_type,
        o.metadata::text AS metadata
    FROM agent_messages AS o
    WHERE o."sessionId" OPERATOR (pg_catalog.=) /* :session_id */ 's1'
) AS m
-- @if after_key
WHERE
    (m.message_timestamp, pg_catalog.convert_to(m.id, 'UTF8'))
    OPERATOR (pg_catalog.>) (
        /* :after_key_timestamp */ 0::bigint, pg_catalog.convert_to(/* :after_key_id */ 'm1', 'UTF8')
    )
-- @end
ORDER BY m.message_timestamp, pg_catalog.convert_to(m.id, 'UTF8')
LIMIT /* :limit */ 200;
