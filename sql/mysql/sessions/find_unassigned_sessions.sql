-- The next sessions that have no tenant, in the order of their ids. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_session_metadata
-- Rows: reads sessions behind :after_id until :limit are found
-- Returns: many
SELECT
    s.id,
    s.metadata
FROM agentstore_sessions AS s
WHERE
    s.id > /* :after_id */ ''
    AND s.tenant_id = ''
-- @if entries
    AND NOT EXISTS (
        SELECT 1
        FROM
            json_table(
                /* :entries */ '[]', '$[*]' COLUMNS (entry varchar(255) PATH '$')
            ) AS wanted
        WHERE NOT EXISTS (
            SELECT 1
            FROM agentstore_session_metadata AS other
            WHERE other.session_id = s.id AND other.entry = convert(wanted.entry USING ascii)
        )
    )
-- @end
ORDER BY s.id
LIMIT /* :limit */ 500;
