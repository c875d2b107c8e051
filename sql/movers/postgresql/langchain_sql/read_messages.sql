-- A page of the messages of LangChain's SQLChatMessageHistory, in the order in which they came.
-- Runs: once a page of a move
-- Index: message_store's primary key
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.message,
    NULL AS message_at,
    NULL AS session_at
FROM message_store AS m
-- @if after_key
WHERE m.id OPERATOR (pg_catalog.>) /* :after_key_id */ 1
-- @end
ORDER BY m.id
LIMIT /* :limit */ 200;
