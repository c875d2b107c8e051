-- The holds in force that may keep what a user has beside sessions: the user's, and those of whole tenants.
-- Storage.erase_user, behind lock_gate.
-- Runs: seldom
-- Index: as the table has
-- Returns: many
SELECT
    h.tenant_id,
    h.user_id
FROM agentstore_holds AS h
WHERE
    h.released_at IS NULL
    AND h.session_id IS NULL
    AND (h.user_id IS NULL OR h.user_id = /* :user_id */ 'ann');
