-- How many sessions ADK's DatabaseSessionService has.
-- Runs: once a move (import-from adk)
-- Index: sessions' primary key
-- Returns: one
SELECT count(*) AS sessions FROM sessions;
