-- Index the metadata of a session that was made for a thread; of another it is another, and has its
-- entries. AgentstoreSaver.put, AgentstoreSaver.put_writes, AgentstoreSaver.copy_thread.
-- Runs: each task of a graph
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
-- Rows: reads one session, :thread_id; writes at most one index entry for each of :session_entries
-- Returns: count
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.value,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN json_each(/* :session_entries */ '[]') AS e
WHERE
    s.id = /* :thread_id */ 't1'
    AND s.metadata = /* :session_metadata */ '{"created_by": "langgraph"}'
ON CONFLICT (session_id, entry) DO NOTHING;
