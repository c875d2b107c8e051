-- One message with its tool calls. Storage.get_message.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_pkey
-- Rows: reads at most one, :message_id, and its tool calls
-- Returns: many
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts::text AS parts,
    m.timestamp AT TIME ZONE 'UTC' AS timestamp,
    m.response_type,
    m.response::text AS response,
    m.metadata::text AS metadata,
    c.position AS call_position,
    c.id AS call_record_id,
    c.call_id,
    c.tool_name,
    c.arguments::text AS arguments,
    c.result::text AS result,
    c.success,
    c.timestamp AT TIME ZONE 'UTC' AS call_timestamp,
    c.completed_at AT TIME ZONE 'UTC' AS completed_at
FROM agentstore_messages AS m
LEFT JOIN agentstore_tool_calls AS c
    ON m.session_id OPERATOR (pg_catalog.=) c.session_id AND m.position = c.message_position
WHERE
    m.id OPERATOR (pg_catalog.=) /* :message_id */ 'm1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id OPERATOR (pg_catalog.=) m.session_id
            AND s.trashed_at IS NULL
-- @if scope
            AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        OFFSET 0
    )
ORDER BY c.position;
