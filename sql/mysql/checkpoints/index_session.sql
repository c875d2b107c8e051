-- Index the metadata of a session that was made for a thread; of another it is another, and has its
-- entries. AgentstoreSaver.put, AgentstoreSaver.put_writes, AgentstoreSaver.copy_thread.
-- Runs: each task of a graph
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_session_metadata
-- Rows: reads one session, :thread_id; writes at most one index entry for each of :session_entries
-- Returns: count

-- JSON_TABLE with a character set is not known to sqlfluff.
-- noqa: disable=all
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.value,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN json_table(
    /* :session_entries */ '[]', '$[*]' COLUMNS (
        value varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'
    )
) AS e
WHERE
    s.id = /* :thread_id */ 't1'
    AND s.metadata = /* :session_metadata */ '{"created_by": "langgraph"}'
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_session_metadata AS m
        WHERE m.session_id = s.id AND m.entry = e.value
    );
