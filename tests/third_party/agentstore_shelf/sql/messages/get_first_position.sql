-- The first of the positions that reserve_positions took.
-- Runs: every turn
-- Index: primary key of agentstore_sessions
-- Returns: one
SELECT s.next_position - /* :count */ 1 AS first_position
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
