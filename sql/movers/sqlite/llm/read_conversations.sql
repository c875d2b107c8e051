-- A page of the conversations of the command llm.
-- Runs: once a page of a move
-- Index: conversations' primary key
-- Returns: many
-- Differs: llm has SQLite only
SELECT
    t.id,
    t.name,
    NULL AS began_at
FROM conversations AS t
-- @if after_key
WHERE t.id > /* :after_key_id */ 'a'
-- @end
ORDER BY t.id
LIMIT /* :limit */ 100;
