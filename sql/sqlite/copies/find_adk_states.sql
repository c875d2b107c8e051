-- The rows of agentstore_adk_states with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_adk_states_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry
FROM json_each(/* :keys */ '[["shop", "u1", "theme"]]') AS k
CROSS JOIN agentstore_adk_states AS r
WHERE
    r.app_key = json_extract(k.value, '$[0]')
    AND r.user_key = json_extract(k.value, '$[1]')
    AND r.name_key = json_extract(k.value, '$[2]');
