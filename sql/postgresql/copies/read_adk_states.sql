-- A page of what a copy takes of agentstore_adk_states, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_adk_states_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry::text AS entry
FROM agentstore_adk_states AS r
WHERE
    (r.app_key, r.user_key, r.name_key)
    OPERATOR (pg_catalog.>) (
        /* :after_app_key */ '',
        /* :after_user_key */ '',
        /* :after_name_key */ ''
    )
ORDER BY r.app_key, r.user_key, r.name_key
LIMIT /* :limit */ 50;
