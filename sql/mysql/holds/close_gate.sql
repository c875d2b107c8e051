-- Wait for the deletions that are under way, and let those that come see what is held now.
-- Storage.place_hold; on a Galera cluster deletions, too.
-- Runs: seldom
-- Index: PRIMARY of agentstore_hold_gates
-- Rows: writes one
-- Returns: count
UPDATE agentstore_hold_gates
SET placed = placed + 1
WHERE id = 0;
