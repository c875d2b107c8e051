-- The events of a session of ADK's, in order.
-- Times are microseconds since 1970.
-- Runs: once a session
-- Index: idx_events_app_user_session_ts_id
-- Returns: many
SELECT
    e.id,
    e.invocation_id,
    pg_catalog.round(extract(EPOCH FROM e.timestamp) OPERATOR (pg_catalog.*) 1000000)::bigint AS event_at,
    e.event_data::text AS event_data
FROM events AS e
WHERE
    e.app_name OPERATOR (pg_catalog.=) /* :app_name */ 'a'
    AND e.user_id OPERATOR (pg_catalog.=) /* :user_id */ 'u'
    AND e.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's'
ORDER BY e.timestamp, e.id;
