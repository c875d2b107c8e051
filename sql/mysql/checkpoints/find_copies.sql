-- Whether a thread of LangGraph may hold the words of a session's messages. Storage.erase_message.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoints,
--   PRIMARY of agentstore_checkpoint_writes, PRIMARY of agentstore_checkpoint_blobs,
--   agentstore_checkpoints_thread
-- Rows: reads at most one of each table, of :session_id
-- Returns: many
SELECT 'the LangGraph thread' AS place
FROM agentstore_sessions AS s
WHERE
    s.id = /* :session_id */ 's1'
    AND (
        EXISTS (
            SELECT 1
            FROM agentstore_checkpoints AS c
            WHERE c.thread_id = /* :session_id */ 's1'
        )
        OR EXISTS (
            SELECT 1
            FROM agentstore_checkpoint_writes AS w
            WHERE w.thread_id = /* :session_id */ 's1'
        )
        OR EXISTS (
            SELECT 1
            FROM agentstore_checkpoint_blobs AS b
            WHERE b.thread_id = /* :session_id */ 's1'
        )
    );
