-- A page of the sessions of ADK's DatabaseSessionService.
-- Times are microseconds since 1970.
-- Runs: once a page of a move
-- Index: sessions' primary key
-- Returns: many
SELECT
    s.app_name,
    s.user_id,
    s.id,
    s.state::text AS session_state,
    pg_catalog.round(extract(EPOCH FROM s.create_time) OPERATOR (pg_catalog.*) 1000000)::bigint AS created_at,
    pg_catalog.round(extract(EPOCH FROM s.update_time) OPERATOR (pg_catalog.*) 1000000)::bigint AS updated_at
FROM sessions AS s
-- @if after_key
WHERE
    (s.app_name, s.user_id, s.id)
    OPERATOR (pg_catalog.>) (
        /* :after_key_app_name */ 'a', /* :after_key_user_id */ 'u', /* :after_key_id */ 's'
    )
-- @end
ORDER BY s.app_name, s.user_id, s.id
LIMIT /* :limit */ 100;
