-- How many messages a session has. Storage.count_messages, Storage.get_message_count.
-- Runs: now and then
-- Index: agentstore_messages_pkey, agentstore_sessions_pkey
-- Rows: reads all messages of :session_id that the filters leave
-- Returns: one
-- Differs: + keeps a filter from being looked up by an index of all sessions' rows, of which SQLite may
--   believe that it finds few
SELECT count(*) AS messages
FROM agentstore_messages AS m
WHERE
    m.session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
            AND s.trashed_at IS NULL
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    )
-- @if role
    AND m.role = /* :role */ 'user'
-- @end
-- @if response_type
    AND +m.response_type = /* :response_type */ 'execute'
-- @end
-- @if after
    AND +m.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
    AND +m.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
;
