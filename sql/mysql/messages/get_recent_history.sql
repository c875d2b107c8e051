-- The last messages of a session, oldest first, as get_history. Storage.get_history with a limit.
-- Runs: often
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_messages, PRIMARY of
--   agentstore_tool_calls
-- Rows: reads at most :limit messages of :session_id, and their tool calls; with roles, as many
--   more as do not match
-- Returns: many
-- Differs: calls come by their key, unsorted: to sort them too MySQL would copy all into a table
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts,
    cast(m.timestamp AS char) AS timestamp,
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
    cast(c.timestamp AS char) AS call_timestamp,
    cast(c.completed_at AS char) AS completed_at
FROM (
    SELECT
        h.session_id,
        h.position
    FROM agentstore_messages AS h
    WHERE
        h.session_id = /* :session_id */ 's1'
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id = /* :session_id */ 's1'
-- @unless trashed
                AND (s.trashed_at IS NULL) IS TRUE
-- @end
-- @if scope
                AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
                AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
        )
-- @if before_position
        AND h.position < /* :before_position */ 100
-- @end
-- @if roles
        AND json_contains(/* :roles */ '["user"]', json_quote(h.role))
-- @end
    ORDER BY h.position DESC
    LIMIT /* :limit */ 20
) AS chosen
INNER JOIN agentstore_messages AS m ON chosen.session_id = m.session_id AND chosen.position = m.position
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
ORDER BY chosen.position;
