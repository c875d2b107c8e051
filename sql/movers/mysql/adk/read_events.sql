-- The events of a session of ADK's, in order.
-- Times are microseconds since 1970.
-- Runs: once a session
-- Index: idx_events_app_user_session_ts_id
-- Returns: many
SELECT
    e.id,
    e.invocation_id,
    timestampdiff(MICROSECOND, '1970-01-01', e.timestamp) AS event_at,
    e.event_data
FROM events AS e
WHERE
    e.app_name = /* :app_name */ 'a'
    AND e.user_id = /* :user_id */ 'u'
    AND e.session_id = /* :session_id */ 's'
ORDER BY e.timestamp, e.id;
