-- Save a few turns of a session at once, in order; as save_turn. Storage.save_messages.
-- Runs: every turn
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_id
-- Rows: writes one session, :session_id; one message for each of :messages; one tool call for each of
--   :tool_calls
-- Returns: count
-- Differs: one statement, as PostgreSQL can write inside WITH; a few rows are read faster from
--   JSON than from an array a column
WITH session AS (
    UPDATE agentstore_sessions
    SET
        next_position = next_position + /* :count */ 1,
        updated_at = greatest(
            /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
            updated_at + interval '1 microsecond'
        ),
        last_message_at = greatest(
            coalesce(last_message_at, updated_at),
            /* :last_timestamp */ '2026-01-01 00:00:00+00'::timestamptz
        )
    WHERE
        id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
        AND trashed_at IS NULL
-- @if scope
        AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if own_ids
        AND NOT EXISTS (
            SELECT 1 FROM agentstore_messages AS m
            WHERE m.id OPERATOR (pg_catalog.=) ANY(/* :own_message_ids */ '{}'::text[])
        )
        AND NOT EXISTS (
            SELECT 1 FROM agentstore_tool_calls AS c
            WHERE c.id OPERATOR (pg_catalog.=) ANY(/* :own_call_ids */ '{}'::text[])
        )
-- @end
    RETURNING id, next_position - /* :count */ 1 AS first_position
),

-- @if tool_calls
tool_call AS (
    INSERT INTO agentstore_tool_calls (
        session_id, message_position, position, id, message_id, call_id, tool_name,
        arguments, result, success, timestamp, completed_at
    )
    SELECT
        session.id,
        session.first_position + c.message_ordinal,
        c.position,
        c.id,
        c.message_id,
        c.call_id,
        c.tool_name,
        c.arguments::json,
        c.result::json,
        c.success,
        c.timestamp,
        c.completed_at
    FROM session
    CROSS JOIN pg_catalog.json_to_recordset(
        /* :tool_calls */ '[{"message_ordinal": 0, "message_id": "m1", "position": 0, "id": "c1",
        "tool_name": "search", "arguments": "1", "timestamp": "2026-01-01T00:00:00+00:00"}]'::json
    ) AS c (
        message_ordinal bigint,
        message_id text,
        position integer,
        id text,
        call_id text,
        tool_name text,
        arguments text,
        result text,
        success boolean,
        timestamp timestamptz,
        completed_at timestamptz
    )
),

-- @end
place AS (
    SELECT
        session.id,
        session.first_position
    FROM session
)

INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, parts, timestamp,
    response_type, response, metadata
)
SELECT
    place.id,
    place.first_position + m.ordinal,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts::json,
    m.timestamp,
    m.response_type,
    m.response::json,
    m.metadata::json
FROM place
CROSS JOIN pg_catalog.json_to_recordset(
    /* :messages */ '[{"ordinal": 0, "id": "m1", "role": "user", "content": "Hello",
    "content_escaped": false, "timestamp": "2026-01-01T00:00:00+00:00", "metadata": "{}"}]'::json
) AS m (
    ordinal bigint,
    id text,
    role text,
    content text,
    content_escaped boolean,
    parts text,
    timestamp timestamptz,
    response_type text,
    response text,
    metadata text
);
