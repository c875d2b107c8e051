-- How many messages a session has. Storage.count_messages, Storage.get_message_count.
-- Runs: now and then
-- Index: agentstore_messages_pkey, agentstore_sessions_pkey; where a filter keeps few messages,
--   agentstore_messages_timestamp or agentstore_messages_response_type
-- Rows: reads all messages of :session_id that the filters leave
-- Returns: one
SELECT pg_catalog.count(*) AS messages
FROM agentstore_messages AS m
WHERE
    m.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
            AND s.trashed_at IS NULL
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    )
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
