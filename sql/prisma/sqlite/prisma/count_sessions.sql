-- How many sessions the original has. agentstore import-prisma.
-- Runs: once an import
-- Index: sqlite_autoindex_agent_sessions_1
-- Returns: one
SELECT count(*) AS sessions FROM agent_sessions;
