-- Create a session; a duplicate key where the id is in use.
-- Storage.create_session, Storage.get_or_create_session.
-- Runs: once a session
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes one
-- Returns: count
-- Differs: PostgreSQL creates all in one statement, create_session
INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
VALUES (
    /* :session_id */ 's1',
    /* :now */ '2026-01-01 00:00:00.000000',
    /* :now */ '2026-01-01 00:00:00.000000',
    TRUE,
    /* :next_position */ 0,
    /* :metadata */ '{"user_id": "123"}'
);
