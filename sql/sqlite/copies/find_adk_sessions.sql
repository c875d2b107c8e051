-- The rows of agentstore_adk_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state
FROM json_each(/* :keys */ '[["s1"]]') AS k
CROSS JOIN agentstore_adk_sessions AS r
WHERE r.session_id = json_extract(k.value, '$[0]');
