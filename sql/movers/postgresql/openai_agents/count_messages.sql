-- How many items the OpenAI Agents SDK's sessions have.
-- Runs: once a move (import-from openai-agents)
-- Index: agent_messages' primary key
-- Returns: one
SELECT pg_catalog.count(*) AS messages FROM agent_messages;
