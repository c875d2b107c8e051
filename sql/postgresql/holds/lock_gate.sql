-- The gate through which deletions go, locked in share mode.
-- What deletes, in a statement of its own and before it looks at what is held.
-- Runs: each deletion
-- Index: agentstore_hold_gates_pkey
-- Rows: reads one
-- Returns: many
SELECT g.placed
FROM agentstore_hold_gates AS g
WHERE g.id = 0
FOR SHARE;
