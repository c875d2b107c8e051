-- Index the metadata of a session that was made for a thread; of another it is another, and has its
-- entries. AgentstoreSaver.copy_thread.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
-- Rows: reads one session, :thread_id; writes at most one index entry for each of :session_entries
-- Returns: count
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.entry,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN pg_catalog.unnest(/* :session_entries */ '{}'::text[]) AS e (entry)
WHERE
    s.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
    AND s.metadata::text = /* :session_metadata */ '{"created_by": "langgraph"}'
ON CONFLICT DO NOTHING;
