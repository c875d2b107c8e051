-- The rows of agentstore_adk_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state::text AS session_state
FROM pg_catalog.json_array_elements(/* :keys */ '[["s1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_adk_sessions AS t
    WHERE t.session_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
    OFFSET 0
) AS r ON TRUE;
