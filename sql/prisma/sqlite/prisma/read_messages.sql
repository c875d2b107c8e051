-- A page of a session's messages in the original, in order; equal times are in the order of the ids.
-- Times are microseconds since 1970, from milliseconds or from ISO text as Prisma writes them;
-- what is neither is below all.
-- agentstore import-prisma.
-- Runs: once a page of a session
-- Index: agent_messages_sessionId_idx
-- Returns: many
-- Differs: in SQLite Prisma writes a time as a number or as text
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
        coalesce(
            CASE
                WHEN typeof(o.timestamp) = 'text'
                    THEN cast(round((julianday(o.timestamp) - 2440587.5) * 86400000) AS integer)
                ELSE cast(o.timestamp AS integer)
            END * 1000, -9000000000000000000
        ) AS message_timestamp,
        o."responseType" AS response_type,
        cast(o.metadata AS text) AS metadata
    FROM agent_messages AS o
    WHERE o."sessionId" = /* :session_id */ 's1'
) AS m
-- @if after_key
WHERE
    (m.message_timestamp, m.id)
    > (/* :after_key_timestamp */ 0, /* :after_key_id */ 'm1')
-- @end
ORDER BY m.message_timestamp, m.id
LIMIT /* :limit */ 200;
