-- Messages of the original whose session is not there, which its foreign keys forbid, if any.
-- agentstore import-prisma.
-- Runs: once an import, and once a page of such rows
-- Index: agent_messages_pkey, agent_sessions_pkey
-- Returns: many
SELECT
    o.id,
    o."sessionId" AS session_id
FROM agent_messages AS o
LEFT JOIN agent_sessions AS r ON o."sessionId" OPERATOR (pg_catalog.=) r.id
WHERE
    r.id IS NULL
-- @if after_key
    AND o.id OPERATOR (pg_catalog.>) /* :after_key_id */ 'x1'
-- @end
ORDER BY o.id
LIMIT /* :limit */ 100;
