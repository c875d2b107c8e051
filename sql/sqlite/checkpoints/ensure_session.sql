-- Make the session that a thread hangs on, or lock the one that is there.
-- AgentstoreSaver.put, AgentstoreSaver.put_writes, AgentstoreSaver.copy_thread.
-- Runs: each task of a graph
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :thread_id
-- Returns: count
INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
VALUES (
    /* :thread_id */ 't1',
    /* :now */ '2026-01-01 00:00:00.000000',
    /* :now */ '2026-01-01 00:00:00.000000',
    TRUE,
    0,
    /* :session_metadata */ '{"created_by": "langgraph"}'
)
ON CONFLICT (id) DO NOTHING;
