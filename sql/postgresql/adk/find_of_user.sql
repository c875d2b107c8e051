-- The users' state of Google ADK that is a user's of the store, and is not held: by ADK's user of that id,
-- and in the user's own scope by any. Storage.erase_user, behind lock_gate.
-- Runs: seldom
-- Index: none: an erasure reads all shared states; agentstore_holds_in_force
-- Rows: reads all, and the holds in force
-- Returns: many
SELECT DISTINCT
    'agentstore_adk_states'::text AS found_in,
    t.app_key,
    t.user_key
FROM agentstore_adk_states AS t
WHERE
    (
        t.user_key OPERATOR (pg_catalog.=) /* :user_key */ '=ann'
        OR pg_catalog.starts_with(
            t.user_key, pg_catalog.concat('@[', pg_catalog.to_json(/* :user_id */ 'ann'::text)::text, ',')
        )
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.released_at IS NULL
            AND h.session_id IS NULL
            AND h.user_id OPERATOR (pg_catalog.=) /* :user_id */ 'ann'
    )
    AND NOT EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.released_at IS NULL
            AND h.session_id IS NULL
            AND h.user_id IS NULL
            AND pg_catalog.starts_with(
                t.app_key, pg_catalog.concat('[', pg_catalog.to_json(h.tenant_id)::text, ',')
            )
    )
-- @if tenant_id
    AND pg_catalog.starts_with(
        t.app_key, pg_catalog.concat('[', pg_catalog.to_json(/* :tenant_id */ 'acme'::text)::text, ',')
    )
-- @end
;
