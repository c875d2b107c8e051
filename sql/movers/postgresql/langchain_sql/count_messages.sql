-- How many messages of LangChain's SQLChatMessageHistory there are.
-- Runs: once a move (import-from langchain-sql)
-- Index: message_store's primary key
-- Returns: one
SELECT pg_catalog.count(*) AS messages FROM message_store;
