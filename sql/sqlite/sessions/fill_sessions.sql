-- Set last_message_at of sessions that older code made. Storage.fill.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey
-- Rows: reads all messages of each of :ids, and writes their sessions
-- Returns: count
-- Differs: + keeps a filter from being looked up by an index of all sessions' rows, of which SQLite may
--   believe that it finds few
UPDATE agentstore_sessions
SET
    last_message_at = max(
        created_at,
        coalesce(
            (
                SELECT max(+m.timestamp)
                FROM agentstore_messages AS m
                WHERE m.session_id = agentstore_sessions.id
            ),
            created_at
        )
    )
WHERE
    id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
    AND last_message_at IS NULL;
