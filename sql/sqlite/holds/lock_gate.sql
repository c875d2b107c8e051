-- The gate through which deletions go. No row is locked: writers have the whole database.
-- What deletes, in a statement of its own and before it looks at what is held.
-- Runs: each deletion
-- Index: agentstore_hold_gates_pkey
-- Rows: reads one
-- Returns: many
SELECT g.placed
FROM agentstore_hold_gates AS g
WHERE g.id = 0;
