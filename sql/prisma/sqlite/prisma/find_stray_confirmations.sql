-- Pending confirmations of the original whose session is not there, which its foreign keys forbid, if any.
-- agentstore import-prisma.
-- Runs: once an import, and once a page of such rows
-- Index: sqlite_autoindex_agent_pending_confirmations_1, sqlite_autoindex_agent_sessions_1
-- Returns: many
SELECT
    o.id,
    o."sessionId" AS session_id
FROM agent_pending_confirmations AS o
LEFT JOIN agent_sessions AS r ON o."sessionId" = r.id
WHERE
    r.id IS NULL
-- @if after_key
    AND o.id > /* :after_key_id */ 'x1'
-- @end
ORDER BY o.id
LIMIT /* :limit */ 100;
