-- A page of a session's messages, first to last, as get_history. Storage.query_messages,
-- Storage.iter_messages, Storage.page_messages.
-- Runs: now and then
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey, agentstore_tool_calls_pkey; where a filter keeps
--   few messages,
--   agentstore_messages_timestamp or agentstore_messages_response_type
-- Rows: reads at most :limit and :offset messages of :session_id; as many more as the filters do
--   not leave
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
                AND s.trashed_at IS NULL
-- @if scope
                AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
                AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
        )
-- @if after_key
        AND h.position > /* :after_key_position */ 100
-- @end
-- @if role
        AND h.role OPERATOR (pg_catalog.=) /* :role */ 'user'
-- @end
-- @if response_type
        AND h.response_type OPERATOR (pg_catalog.=) /* :response_type */ 'execute'
-- @end
-- @if after
        AND h.timestamp >= /* :after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if before
        AND h.timestamp <= /* :before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
    ORDER BY h.position
    LIMIT /* :limit */ 50 OFFSET /* :offset */ 0
) AS m
LEFT JOIN LATERAL (
    SELECT c.*
    FROM agentstore_tool_calls AS c
    WHERE c.session_id OPERATOR (pg_catalog.=) m.session_id AND c.message_position = m.position
    OFFSET 0
) AS c ON TRUE
ORDER BY m.position, c.position;
