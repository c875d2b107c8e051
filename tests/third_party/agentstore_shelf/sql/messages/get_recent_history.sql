-- The last messages of a session, oldest first, as get_history.
-- Runs: often
-- Index: primary key of agentstore_messages, primary key of agentstore_tool_calls
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
        h.session_id = /* :session_id */ 's1'
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id = /* :session_id */ 's1'
-- @unless trashed
                AND s.trashed_at IS NULL
-- @end
-- @if scope
                AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
                AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
        )
-- @if before_position
        AND h.position < /* :before_position */ 100
-- @end
-- @if roles
        AND h.role IN (SELECT j.value FROM json_each(/* :roles */ '["x"]') AS j)
-- @end
    ORDER BY h.position DESC
    LIMIT /* :limit */ 20
) AS m
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
ORDER BY m.position, c.position;
