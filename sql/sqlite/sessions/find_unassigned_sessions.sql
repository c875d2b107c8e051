-- The next sessions that have no tenant, in the order of their ids. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
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
        FROM json_each(/* :entries */ '[]') AS wanted
        WHERE NOT EXISTS (
            SELECT 1
            FROM agentstore_session_metadata AS other
            WHERE other.session_id = s.id AND other.entry = wanted.value
        )
    )
-- @end
ORDER BY s.id
LIMIT /* :limit */ 500;
