-- How many messages a session has. Storage.count_messages, Storage.get_message_count.
-- Runs: now and then
-- Index: PRIMARY of agentstore_messages, PRIMARY of agentstore_sessions; where a filter keeps few messages,
--   agentstore_messages_timestamp or agentstore_messages_response_type
-- Rows: reads all messages of :session_id that the filters leave
-- Returns: one
SELECT count(*) AS messages
FROM agentstore_messages AS m
WHERE
    m.session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
            AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
-- @if role
    AND m.role = /* :role */ 'user'
-- @end
-- @if response_type
    AND m.response_type = /* :response_type */ 'execute'
    AND cast(m.response_type AS binary) = cast(/* :response_type */ 'execute' AS binary)
-- @end
-- @if after
    AND m.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND m.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
;
