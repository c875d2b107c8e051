-- Set last_message_at of sessions that older code made. Storage.fill.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey, agentstore_messages_pkey
-- Rows: reads all messages of each of :ids, and writes their sessions
-- Returns: count
UPDATE agentstore_sessions
SET
    last_message_at = greatest(
        created_at,
        coalesce(
            (
                SELECT pg_catalog.max(m.timestamp)
                FROM agentstore_messages AS m
                WHERE m.session_id OPERATOR (pg_catalog.=) agentstore_sessions.id
            ),
            created_at
        )
    )
WHERE
    id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1,s2}'::text[])
    AND last_message_at IS NULL;
