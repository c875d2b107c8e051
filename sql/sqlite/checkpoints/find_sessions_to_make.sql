-- The next threads that have no session's row, in the order of their ids: older code made none.
-- Storage.fill.
-- Runs: each batch of a fill
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread, agentstore_sessions_pkey
-- Rows: reads checkpoints behind :after_id until :limit threads are found
-- Returns: many
SELECT
    c.thread_id,
    'langgraph' AS created_by
FROM agentstore_checkpoints AS c
WHERE
    c.thread_id > /* :after_id */ ''
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE anchor.id = c.thread_id
    )
GROUP BY c.thread_id
ORDER BY c.thread_id
LIMIT /* :limit */ 500;
