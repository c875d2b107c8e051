-- How many sessions the original has. agentstore import-prisma.
-- Runs: once an import
-- Index: agent_sessions_pkey
-- Returns: one
SELECT pg_catalog.count(*) AS sessions FROM agent_sessions;
