-- Sessions whose next position is taken, so that nothing can be saved to them. agentstore doctor.
-- Runs: seldom
-- Index: none: all sessions are looked at
-- Rows: reads all sessions, and one message of each
-- Returns: one
SELECT count(*) AS sessions
FROM agentstore_sessions AS s
WHERE EXISTS (
    SELECT 1
    FROM agentstore_messages AS m
    WHERE
        m.session_id = s.id
        AND m.position >= s.next_position
);
