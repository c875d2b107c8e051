-- How many checkpoints LangGraph's saver has.
-- Runs: once a move (import-from langgraph)
-- Index: checkpoints' primary key
-- Returns: one
-- Differs: LangGraph's own savers are for PostgreSQL and SQLite, with tables of their own
SELECT pg_catalog.count(*) AS checkpoints FROM checkpoints;
