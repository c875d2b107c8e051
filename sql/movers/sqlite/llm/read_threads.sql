-- A page of the threads of the command llm.
-- Runs: once a page of a move
-- Index: threads' primary key
-- Returns: many
-- Differs: llm has SQLite only
SELECT
    t.id,
    t.name,
    t.datetime_utc AS began_at
FROM threads AS t
-- @if after_key
WHERE t.id > /* :after_key_id */ 'a'
-- @end
ORDER BY t.id
LIMIT /* :limit */ 100;
