-- What hangs on a session or a message that is not there, by table. agentstore doctor.
-- Runs: seldom
-- Index: none: all are looked at
-- Rows: reads all of these tables
-- Returns: many
SELECT
    'agentstore_messages' AS our_table,
    count(*) AS orphans
FROM agentstore_messages AS m
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id = m.session_id
    )
UNION ALL
SELECT
    'agentstore_tool_calls',
    count(*)
FROM agentstore_tool_calls AS t
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_messages AS m
        WHERE
            m.session_id = t.session_id
            AND m.position = t.message_position
    )
UNION ALL
SELECT
    'agentstore_session_metadata',
    count(*)
FROM agentstore_session_metadata AS e
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id = e.session_id
    )
UNION ALL
SELECT
    'agentstore_pending_confirmations',
    count(*)
FROM agentstore_pending_confirmations AS p
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id = p.session_id
    )
UNION ALL
SELECT
    'agentstore_adk_sessions',
    count(*)
FROM agentstore_adk_sessions AS a
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id = a.session_id
    )
UNION ALL
SELECT
    'agentstore_checkpoints',
    count(*)
FROM agentstore_checkpoints AS c
WHERE NOT EXISTS (
    SELECT 1
    FROM agentstore_sessions AS s
    WHERE s.id = c.thread_id
);
