-- The users' state of Google ADK that is a user's of the store, and is not held: by ADK's user of that id,
-- and in the user's own scope by any. Storage.erase_user, behind lock_gate.
-- Runs: seldom
-- Index: none: an erasure reads all shared states; agentstore_holds_in_force
-- Rows: reads all, and the holds in force
-- Returns: many
SELECT DISTINCT
    'agentstore_adk_states' AS found_in,
    t.app_key,
    t.user_key
FROM agentstore_adk_states AS t
WHERE
    (
        t.user_key = /* :user_key */ '=ann'
        OR locate(concat('@[', json_quote(/* :user_id */ 'ann'), ','), t.user_key) = 1
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.released_at IS NULL
            AND h.session_id IS NULL
            AND h.user_id = /* :user_id */ 'ann'
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.released_at IS NULL
            AND h.session_id IS NULL
            AND h.user_id IS NULL
            AND locate(concat('[', json_quote(h.tenant_id), ','), t.app_key) = 1
    )
-- @if tenant_id
    AND locate(concat('[', json_quote(/* :tenant_id */ 'acme'), ','), t.app_key) = 1
-- @end
;
