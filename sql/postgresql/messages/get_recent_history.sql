-- The last messages of a session, oldest first, as get_history. Storage.get_history with a limit.
-- Runs: often
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey, agentstore_tool_calls_pkey
-- Rows: reads at most :limit messages of :session_id, and their tool calls; with roles, as many
--   more as do not match
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: once prepared, PostgreSQL would else plan for a
--   session of a few messages, and compare each message of a long one with each call
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
FROM (
    SELECT h.*
    FROM agentstore_messages AS h
    WHERE
        h.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
-- @unless trashed
                AND s.trashed_at IS NULL
-- @end
-- @if scope
                AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
                AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        )
-- @if before_position
        AND h.position < /* :before_position */ 100
-- @end
-- @if roles
        AND h.role OPERATOR (pg_catalog.=) ANY(/* :roles */ '{user,assistant}'::text[])
-- @end
    ORDER BY h.position DESC
    LIMIT /* :limit */ 20
) AS m
LEFT JOIN LATERAL (
    SELECT c.*
    FROM agentstore_tool_calls AS c
    WHERE c.session_id OPERATOR (pg_catalog.=) m.session_id AND c.message_position = m.position
    OFFSET 0
) AS c ON TRUE
ORDER BY m.position, c.position;
