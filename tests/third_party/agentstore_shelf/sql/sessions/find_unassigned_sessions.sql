-- The next sessions that have no tenant, in the order of their ids.
-- Runs: each batch of such a change
-- Index: primary key of agentstore_sessions
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
