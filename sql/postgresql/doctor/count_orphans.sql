-- What hangs on a session or a message that is not there, by table. agentstore doctor.
-- Runs: seldom
-- Index: none: all are looked at
-- Rows: reads all of these tables
-- Returns: many
SELECT
    'agentstore_messages' AS our_table,
    pg_catalog.count(*) AS orphans
FROM agentstore_messages AS m
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id OPERATOR (pg_catalog.=) m.session_id
    )
UNION ALL
SELECT
    'agentstore_tool_calls',
    pg_catalog.count(*)
FROM agentstore_tool_calls AS t
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_messages AS m
        WHERE
            m.session_id OPERATOR (pg_catalog.=) t.session_id
            AND m.position = t.message_position
    )
UNION ALL
SELECT
    'agentstore_session_metadata',
    pg_catalog.count(*)
FROM agentstore_session_metadata AS e
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id OPERATOR (pg_catalog.=) e.session_id
    )
UNION ALL
SELECT
    'agentstore_pending_confirmations',
    pg_catalog.count(*)
FROM agentstore_pending_confirmations AS p
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id OPERATOR (pg_catalog.=) p.session_id
    )
UNION ALL
SELECT
    'agentstore_adk_sessions',
    pg_catalog.count(*)
FROM agentstore_adk_sessions AS a
WHERE
    NOT EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE s.id OPERATOR (pg_catalog.=) a.session_id
    )
UNION ALL
SELECT
    'agentstore_checkpoints',
    pg_catalog.count(*)
FROM agentstore_checkpoints AS c
WHERE NOT EXISTS (
    SELECT 1
    FROM agentstore_sessions AS s
    WHERE s.id OPERATOR (pg_catalog.=) c.thread_id
);
