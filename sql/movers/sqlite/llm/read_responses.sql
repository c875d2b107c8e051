-- The responses of a conversation of an older llm.
-- Runs: once a conversation
-- Index: responses' primary key
-- Returns: many
-- Differs: llm has SQLite only
SELECT
    r.id,
    r.model,
    r.prompt,
    r.system,
    r.response,
    r.datetime_utc
FROM responses AS r
WHERE r.conversation_id = /* :conversation_id */ 'a'
ORDER BY r.id;
