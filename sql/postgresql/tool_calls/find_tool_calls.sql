-- Which of some ids are in use. Saves with an id of the caller's own.
-- Runs: seldom
-- Index: agentstore_tool_calls_id
-- Rows: reads at most one for each of :ids
-- Returns: many
SELECT c.id
FROM agentstore_tool_calls AS c
WHERE c.id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{c1,c2}'::text[]);
