-- A page of a session's messages, last to first, as get_history. Storage.query_messages,
-- Storage.iter_messages, Storage.page_messages.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey, agentstore_tool_calls_pkey
-- Rows: reads at most :limit and :offset messages of :session_id; as many more as the filters do
--   not leave
-- Returns: many
-- Differs: + keeps a filter from being looked up by an index of all sessions' rows, of which SQLite may
--   believe that it finds few
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts,
    m.timestamp,
    m.response_type,
    m.response,
    m.metadata,
    c.position AS call_position,
    c.id AS call_record_id,
    c.call_id,
    c.tool_name,
    c.arguments,
    c.result,
    c.success,
    c.timestamp AS call_timestamp,
    c.completed_at
FROM (
    SELECT h.*
    FROM agentstore_messages AS h
    WHERE
        h.session_id = /* :session_id */ 's1'
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
-- @if after_key
        AND h.position < /* :after_key_position */ 100
-- @end
-- @if role
        AND h.role = /* :role */ 'user'
-- @end
-- @if response_type
        AND +h.response_type = /* :response_type */ 'execute'
-- @end
-- @if after
        AND +h.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
        AND +h.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
    ORDER BY h.position DESC
    LIMIT /* :limit */ 50 OFFSET /* :offset */ 0
) AS m
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
ORDER BY m.position DESC, c.position ASC;
