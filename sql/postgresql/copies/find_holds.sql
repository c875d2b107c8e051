-- The rows of agentstore_holds with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_holds_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.id,
    r.reason,
    r.session_id,
    r.user_id,
    r.tenant_id,
    r.placed_at AT TIME ZONE 'UTC' AS placed_at,
    r.released_at AT TIME ZONE 'UTC' AS released_at
FROM pg_catalog.json_array_elements(/* :keys */ '[["h1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_holds AS t
    WHERE t.id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
    OFFSET 0
) AS r ON TRUE;
