-- A page of messages across sessions by time, newest first, as get_history. Storage.query_messages,
-- Storage.iter_messages, Storage.page_messages.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_messages_timestamp, agentstore_messages_response_type,
--   agentstore_tool_calls_pkey
-- Rows: reads at most :limit and :offset messages; as many more as the filters do not leave
-- Returns: many
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
        1 = 1
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id = h.session_id
                AND s.trashed_at IS NULL
-- @if scope
                AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
                AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
        )
-- @if after_key
        AND (h.timestamp, h.session_id, h.position)
        < (
            /* :after_key_timestamp */ '2026-01-01 00:00:00.000000',
            /* :after_key_session_id */ 's1',
            /* :after_key_position */ 100
        )
-- @end
-- @if role
        AND h.role = /* :role */ 'user'
-- @end
-- @if response_type
        AND h.response_type = /* :response_type */ 'execute'
-- @end
-- @if after
        AND h.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
        AND h.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
    ORDER BY h.timestamp DESC, h.session_id DESC, h.position DESC
    LIMIT /* :limit */ 50 OFFSET /* :offset */ 0
) AS m
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
ORDER BY m.timestamp DESC, m.session_id DESC, m.position DESC, c.position ASC;
