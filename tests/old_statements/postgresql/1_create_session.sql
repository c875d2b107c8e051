-- Create a session, the index entries of its metadata and, where given, its system message. No row
-- comes back where the id is in use. Storage.create_session, Storage.get_or_create_session.
-- Runs: once a session
-- Index: agentstore_sessions_pkey
-- Rows: writes one session, one index entry for each of :entries, and the system message
-- Returns: one
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH session AS (
    INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
    VALUES (
        /* :session_id */ 's1',
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        TRUE,
        /* :next_position */ 1,
        /* :metadata */ '{"user_id": "123"}'::json
    )
    ON CONFLICT (id) DO NOTHING
    RETURNING id, created_at
),

-- @if entries
entry AS (
    INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
    SELECT
        session.id,
        e.entry,
        session.created_at
    FROM session
    CROSS JOIN unnest(/* :entries */ '{}'::text[]) AS e (entry)
),

-- @end
-- @if system_message
message AS (
    INSERT INTO agentstore_messages (
        session_id, position, id, role, content, content_escaped, parts, timestamp, metadata
    )
    SELECT
        session.id,
        0,
        /* :message_id */ 'm1',
        'system',
        /* :content */ 'You are a helpful assistant.',
        /* :content_escaped */ FALSE,
        /* :parts */ NULL::json,
        session.created_at,
        '{}'
    FROM session
),

-- @end
created AS (SELECT session.id FROM session)

SELECT created.id FROM created;
