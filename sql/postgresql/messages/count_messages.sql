-- How many messages there are. Storage.count_messages, Storage.get_message_count.
-- Runs: now and then
-- Index: agentstore_messages_pkey with a session; agentstore_messages_timestamp with times;
--   agentstore_messages_response_type; none: without these it counts the whole table
-- Rows: reads all messages that the filters leave; without any, the whole table's index
-- Returns: one
SELECT pg_catalog.count(*) AS messages
FROM agentstore_messages AS m
WHERE
    1 = 1
-- @if session_id
    AND m.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @end
-- @if role
    AND m.role OPERATOR (pg_catalog.=) /* :role */ 'user'
-- @end
-- @if response_type
    AND m.response_type OPERATOR (pg_catalog.=) /* :response_type */ 'execute'
-- @end
-- @if after
    AND m.timestamp >= /* :after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if before
    AND m.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
;
