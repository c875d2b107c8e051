-- How many conversations an older llm has.
-- Runs: once a move (import-from llm)
-- Index: none: a small table
-- Returns: one
-- Differs: llm has SQLite only
SELECT count(*) AS conversations FROM conversations;
