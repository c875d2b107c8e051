-- Which of some ids are in use. Saves with an id of the caller's own.
-- Runs: seldom
-- Index: the unique id of agentstore_tool_calls
-- Returns: many
SELECT c.id
FROM agentstore_tool_calls AS c
WHERE c.id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j);
