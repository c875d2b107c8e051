-- A page of what a copy takes of agentstore_holds, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_holds_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.id,
    r.reason,
    r.session_id,
    r.user_id,
    r.tenant_id,
    r.placed_at,
    r.released_at
FROM agentstore_holds AS r
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
