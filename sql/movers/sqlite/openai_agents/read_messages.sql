-- A page of the items of the OpenAI Agents SDK's sessions, in the order in which they came.
-- Times are text, in UTC.
-- Runs: once a page of a move
-- Index: the tables' primary keys
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.message_data,
    m.created_at AS message_at,
    s.created_at AS session_at
FROM agent_messages AS m
LEFT JOIN agent_sessions AS s ON m.session_id = s.session_id
-- @if after_key
WHERE m.id > /* :after_key_id */ 1
-- @end
ORDER BY m.id
LIMIT /* :limit */ 200;
