-- Tool calls of the original whose message is not there, which its foreign keys forbid, if any.
-- agentstore import-prisma.
-- Runs: once an import, and once a page of such rows
-- Index: agent_tool_calls_pkey, agent_messages_pkey
-- Returns: many
SELECT
    o.id,
    o."messageId" AS message_id
FROM agent_tool_calls AS o
LEFT JOIN agent_messages AS r ON o."messageId" OPERATOR (pg_catalog.=) r.id
WHERE
    r.id IS NULL
-- @if after_key
    AND o.id OPERATOR (pg_catalog.>) /* :after_key_id */ 'x1'
-- @end
ORDER BY o.id
LIMIT /* :limit */ 100;
