-- The rows of agentstore_holds with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_holds_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.id,
    r.reason,
    r.session_id,
    r.user_id,
    r.tenant_id,
    r.placed_at,
    r.released_at
FROM json_each(/* :keys */ '[["h1"]]') AS k
CROSS JOIN agentstore_holds AS r
WHERE r.id = json_extract(k.value, '$[0]');
