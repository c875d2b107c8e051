-- The next threads that have no session's row, in the order of their ids: older code made none.
-- Storage.fill.
-- Runs: each batch of a fill
-- Index: PRIMARY of agentstore_checkpoints, agentstore_checkpoints_thread, PRIMARY of
--   agentstore_sessions
-- Rows: reads checkpoints behind :after_id until :limit threads are found
-- Returns: many
SELECT
    c.thread_id,
    'langgraph' AS created_by
FROM agentstore_checkpoints AS c
LEFT JOIN agentstore_sessions AS anchor ON c.thread_id = anchor.id
WHERE
    c.thread_id > /* :after_id */ ''
    AND anchor.id IS NULL
GROUP BY c.thread_id
ORDER BY c.thread_id
LIMIT /* :limit */ 500;
