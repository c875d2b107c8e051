-- The rows of agentstore_adk_states with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_adk_states_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry::text AS entry
FROM pg_catalog.json_array_elements(/* :keys */ '[["shop", "u1", "theme"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_adk_states AS t
    WHERE
        t.app_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.user_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)
        AND t.name_key OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 2)
    OFFSET 0
) AS r ON TRUE;
