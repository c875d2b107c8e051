-- How many threads the command llm has.
-- Runs: once a move (import-from llm)
-- Index: none: a small table
-- Returns: one
-- Differs: llm has SQLite only
SELECT count(*) AS threads FROM threads;
