-- How many chats Open WebUI has.
-- Runs: once a move (import-from open-webui)
-- Index: chat's primary key
-- Returns: one
-- Differs: Open WebUI has PostgreSQL and SQLite only
SELECT pg_catalog.count(*) AS chats FROM chat;
