-- How many messages there are. Storage.count_messages.
-- Runs: now and then
-- Index: agentstore_sessions_trashed, agentstore_sessions_tenant_last_message,
--   agentstore_sessions_user_last_message, agentstore_sessions_tenant_created,
--   agentstore_sessions_user_created, agentstore_sessions_pkey, agentstore_messages_pkey with a scope;
--   agentstore_messages_timestamp with times;
--   agentstore_messages_response_type; none: without these it counts the whole table
-- Rows: reads all messages that the filters leave; without any, the whole table's index
-- Returns: one
SELECT pg_catalog.count(*) AS messages
FROM agentstore_messages AS m
WHERE
    1 = 1
    AND NOT m.session_id OPERATOR (pg_catalog.=) ANY(
        SELECT s.id
        FROM agentstore_sessions AS s
        WHERE s.trashed_at IS NOT NULL
    )
-- @if scope
    AND m.session_id OPERATOR (pg_catalog.=) ANY(
        SELECT s.id
        FROM agentstore_sessions AS s
        WHERE
            s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme'
            AND NOT s.tenant_id OPERATOR (pg_catalog.=) ''
    )
-- @end
-- @if scope_user
    AND m.session_id OPERATOR (pg_catalog.=) ANY(
        SELECT s.id
        FROM agentstore_sessions AS s
        WHERE
            s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann'
            AND NOT s.user_id OPERATOR (pg_catalog.=) ''
    )
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
