-- The first of the positions that reserve_positions took.
-- Runs: every turn where SQLite is older than 3.35
-- Index: agentstore_sessions_pkey
-- Rows: reads one session, :session_id
-- Returns: one
-- Differs: MySQL has it in LAST_INSERT_ID(), PostgreSQL and SQLite from 3.35 on return it
SELECT s.next_position - /* :count */ 1 AS first_position
FROM agentstore_sessions AS s
WHERE s.id = /* :session_id */ 's1';
