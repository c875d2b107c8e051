-- How many sessions the original has. agentstore import-prisma.
-- Runs: once an import
-- Index: PRIMARY of agent_sessions
-- Returns: one
SELECT count(*) AS sessions FROM agent_sessions;
