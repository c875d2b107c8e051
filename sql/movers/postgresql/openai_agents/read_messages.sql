-- A page of the items of the OpenAI Agents SDK's sessions, in the order in which they came.
-- Times are microseconds since 1970.
-- Runs: once a page of a move
-- Index: the tables' primary keys
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.message_data,
    pg_catalog.round(extract(EPOCH FROM m.created_at) OPERATOR (pg_catalog.*) 1000000)::bigint AS message_at,
    pg_catalog.round(extract(EPOCH FROM s.created_at) OPERATOR (pg_catalog.*) 1000000)::bigint AS session_at
FROM agent_messages AS m
LEFT JOIN agent_sessions AS s ON m.session_id OPERATOR (pg_catalog.=) s.session_id
-- @if after_key
WHERE m.id OPERATOR (pg_catalog.>) /* :after_key_id */ 1
-- @end
ORDER BY m.id
LIMIT /* :limit */ 200;
