-- A page of what a copy takes of agentstore_adk_sessions, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state::text AS session_state
FROM agentstore_adk_sessions AS r
WHERE
    r.session_id OPERATOR (pg_catalog.>) /* :after_session_id */ ''
ORDER BY r.session_id
LIMIT /* :limit */ 50;
