-- A page of the sessions of ADK's DatabaseSessionService.
-- Times are microseconds since 1970.
-- Runs: once a page of a move
-- Index: sessions' primary key
-- Returns: many
SELECT
    s.app_name,
    s.user_id,
    s.id,
    s.state AS session_state,
    timestampdiff(MICROSECOND, '1970-01-01', s.create_time) AS created_at,
    timestampdiff(MICROSECOND, '1970-01-01', s.update_time) AS updated_at
FROM sessions AS s
-- @if after_key
WHERE
    (s.app_name, s.user_id, s.id)
    > (/* :after_key_app_name */ 'a', /* :after_key_user_id */ 'u', /* :after_key_id */ 's')
-- @end
ORDER BY s.app_name, s.user_id, s.id
LIMIT /* :limit */ 100;
