-- How many sessions ADK's DatabaseSessionService has.
-- Runs: once a move (import-from adk)
-- Index: sessions' primary key
-- Returns: one
SELECT pg_catalog.count(*) AS sessions FROM sessions;
