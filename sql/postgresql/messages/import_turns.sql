-- Save many turns of a session at once, in order; as save_turn. Storage.save_messages.
-- Runs: imports
-- Index: agentstore_sessions_pkey, agentstore_messages_id, agentstore_tool_calls_id
-- Rows: writes one session, :session_id; one message for each of :ids; one tool call for each of
--   :call_ids
-- Returns: count
-- Differs: one statement, as PostgreSQL can write inside WITH; arrays are read faster than save_turns'
--   JSON where they are long
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
    CROSS JOIN unnest(
        /* :call_message_ordinals */ '{0}'::bigint[],
        /* :call_positions */ '{0}'::integer[],
        /* :call_ids */ '{c1}'::text[],
        /* :call_message_ids */ '{m1}'::text[],
        /* :call_call_ids */ '{call_1}'::text[],
        /* :call_tool_names */ '{search}'::text[],
        /* :call_arguments */ '{1}'::text[],
        /* :call_results */ '{2}'::text[],
        /* :call_successes */ '{NULL}'::boolean[],
        /* :call_timestamps */ '{2026-01-01}'::timestamptz[],
        /* :call_completed_ats */ '{2026-01-01}'::timestamptz[]
    ) AS c (
        message_ordinal, position, id, message_id, call_id, tool_name,
        arguments, result, success, timestamp, completed_at
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
    place.first_position + m.ordinal - 1,
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
CROSS JOIN unnest(
    /* :ids */ '{m1}'::text[],
    /* :roles */ '{user}'::text[],
    /* :contents */ '{Hello}'::text[],
    /* :content_escapeds */ '{f}'::boolean[],
    /* :parts */ '{NULL}'::text[],
    /* :timestamps */ '{2026-01-01}'::timestamptz[],
    /* :response_types */ '{NULL}'::text[],
    /* :responses */ '{NULL}'::text[],
    /* :metadatas */ '{1}'::text[]
) WITH ORDINALITY AS m (
    id, role, content, content_escaped, parts, timestamp, response_type, response, metadata, ordinal
);
