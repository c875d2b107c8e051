-- The tool calls of a conversation of an older llm.
-- Runs: once a conversation
-- Index: responses' primary key
-- Returns: many
-- Differs: llm has SQLite only
SELECT
    c.response_id,
    c.tool_call_id,
    c.name,
    c.arguments
FROM tool_calls AS c
INNER JOIN responses AS r ON c.response_id = r.id
WHERE r.conversation_id = /* :conversation_id */ 'a'
ORDER BY c.id;
