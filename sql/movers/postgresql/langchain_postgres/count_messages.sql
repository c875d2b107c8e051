-- How many messages of LangChain's PostgresChatMessageHistory there are.
-- Runs: once a move (import-from langchain-postgres)
-- Index: chat_history_pkey
-- Returns: one
-- Differs: LangChain has this history on PostgreSQL only
SELECT pg_catalog.count(*) AS messages FROM chat_history;
