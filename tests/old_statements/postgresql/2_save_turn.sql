-- Save a turn: a message and its tool calls. Nothing is stored where there is no such session
-- or an id of the caller's own is in use. Storage.save_…_message.
-- Runs: every turn; the most frequent write
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_id
-- Rows: writes one session, :session_id; one message; one tool call for each of :tool_calls
-- Returns: count
-- Differs: one statement, as PostgreSQL can write inside WITH; a few calls are read faster from JSON
--   than from an array a column
WITH session AS (
    UPDATE agentstore_sessions
    SET
        next_position = next_position + 1,
        updated_at = greatest(
            /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
            updated_at + interval '1 microsecond'
        )
    WHERE
        id = /* :session_id */ 's1'
-- @if own_ids
        AND NOT EXISTS (
            SELECT 1 FROM agentstore_messages AS m
            WHERE m.id = ANY(/* :own_message_ids */ '{}'::text[])
        )
        AND NOT EXISTS (
            SELECT 1 FROM agentstore_tool_calls AS c
            WHERE c.id = ANY(/* :own_call_ids */ '{}'::text[])
        )
-- @end
    RETURNING id, next_position - 1 AS first_position
),

-- @if tool_calls
tool_call AS (
    INSERT INTO agentstore_tool_calls (
        session_id, message_position, position, id, message_id, call_id, tool_name,
        arguments, result, success, timestamp, completed_at
    )
    SELECT
        session.id,
        session.first_position,
        c.position,
        c.id,
        /* :id */ 'm1',
        c.call_id,
        c.tool_name,
        c.arguments::json,
        c.result::json,
        c.success,
        c.timestamp,
        c.completed_at
    FROM session
    CROSS JOIN json_to_recordset(
        /* :tool_calls */ '[{"position": 0, "id": "c1", "tool_name": "search", "arguments": "1",
        "timestamp": "2026-01-01T00:00:00+00:00"}]'::json
    ) AS c (
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
    place.first_position,
    /* :id */ 'm1',
    /* :role */ 'user',
    /* :content */ 'Hello',
    /* :content_escaped */ FALSE,
    /* :parts */ NULL::json,
    /* :timestamp */ '2026-01-01 00:00:00+00'::timestamptz,
    /* :response_type */ NULL,
    /* :response */ NULL::json,
    /* :metadata */ '{}'::json
FROM place;
