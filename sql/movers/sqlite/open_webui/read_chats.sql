-- A page of Open WebUI's chats. Times are seconds since 1970.
-- Runs: once a page of a move
-- Index: chat's primary key
-- Returns: many
-- Differs: Open WebUI has PostgreSQL and SQLite only
SELECT
    c.id,
    c.user_id,
    c.title,
    cast(c.chat AS text) AS chat,
    c.created_at,
    c.updated_at,
    c.share_id,
-- @if newer
    c.pinned,
    c.folder_id,
    cast(c.meta AS text) AS meta,
-- @end
    c.archived
FROM chat AS c
-- @if after_key
WHERE c.id > /* :after_key_id */ 'a'
-- @end
ORDER BY c.id
LIMIT /* :limit */ 50;
