-- A page of a session's messages in the original, in order; equal times are in the order of the ids.
-- Times are microseconds since 1970; what is none, as 0000-00-00, is below all.
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
        coalesce(
            timestampdiff(MICROSECOND, '1970-01-01', o.timestamp), -9000000000000000000
        ) AS message_timestamp,
        o.responseType AS response_type,
        o.metadata
    FROM agent_messages AS o
    WHERE o.sessionId = /* :session_id */ 's1'
) AS m
-- @if after_key
WHERE
    (m.message_timestamp, cast(m.id AS binary))
    > (/* :after_key_timestamp */ 0, cast(/* :after_key_id */ 'm1' AS binary))
-- @end
ORDER BY m.message_timestamp, cast(m.id AS binary)
LIMIT /* :limit */ 200;
