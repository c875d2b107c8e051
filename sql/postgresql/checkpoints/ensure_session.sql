-- Make the session that a thread hangs on, or lock the one that is there. AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :thread_id
-- Returns: count
INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
VALUES (
    /* :thread_id */ 't1',
    /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
    /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
    TRUE,
    0,
    /* :session_metadata */ '{"created_by": "langgraph"}'::json
)
ON CONFLICT (id) DO UPDATE SET next_position = agentstore_sessions.next_position;
