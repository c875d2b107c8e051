-- Create a session; a duplicate key where the id is in use.
-- Runs: once a session
-- Index: primary key of agentstore_sessions
-- Returns: count
INSERT INTO agentstore_sessions (
    id, created_at, updated_at, active, next_position, metadata,
    tenant_id, user_id, title, last_message_at, creation_token
)
VALUES (
    /* :session_id */ 's1',
    /* :now */ '2026-01-01 00:00:00.000000',
    /* :now */ '2026-01-01 00:00:00.000000',
    TRUE,
    /* :next_position */ 0,
    /* :metadata */ '{"user_id": "123"}',
    /* :tenant_id */ 'acme',
    /* :user_id */ 'ann',
    /* :title */ 'A refund',
    /* :now */ '2026-01-01 00:00:00.000000',
    /* :token */ 't1'
);
