-- How many threads Chainlit has.
-- Runs: once a move (import-from chainlit)
-- Index: threads' primary key
-- Returns: one
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT count(*) AS threads FROM threads;
