-- How many messages there are.
-- Runs: now and then
-- Index: primary key of agentstore_messages with a session; agentstore_messages_timestamp with times;
--   none: without these it counts the whole table
-- Returns: one
SELECT count(*) AS messages
FROM agentstore_messages AS m
WHERE
    1 = 1
-- @if session_id
    AND m.session_id = /* :session_id */ 's1'
-- @end
-- @if role
    AND m.role = /* :role */ 'user'
-- @end
-- @if response_type
    AND m.response_type = /* :response_type */ 'execute'
-- @end
-- @if after
    AND m.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND m.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
;
