-- A page of the messages of LangChain's PostgresChatMessageHistory, in the order in which they came.
-- Times are microseconds since 1970.
-- Runs: once a page of a move
-- Index: chat_history_pkey
-- Returns: many
-- Differs: LangChain has this history on PostgreSQL only
SELECT
    m.id,
    m.session_id::text AS session_id,
    m.message::text AS message,
    pg_catalog.round(extract(EPOCH FROM m.created_at) OPERATOR (pg_catalog.*) 1000000)::bigint AS message_at,
    NULL AS session_at
FROM chat_history AS m
-- @if after_key
WHERE m.id OPERATOR (pg_catalog.>) /* :after_key_id */ 1
-- @end
ORDER BY m.id
LIMIT /* :limit */ 200;
