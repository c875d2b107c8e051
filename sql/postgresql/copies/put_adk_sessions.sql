-- Store rows of agentstore_adk_sessions as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_adk_sessions
-- Rows: writes one for each of :session_id_list
-- Returns: count
-- Differs: the others take row by row, insert_adk_sessions, which is a round trip a row here
INSERT INTO agentstore_adk_sessions (
    session_id, app_key, user_key, last_update_time, marker, session_state
)
SELECT
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state::json
FROM unnest(
    /* :session_id_list */ '{s1}'::text[],
    /* :app_key_list */ '{shop}'::text[],
    /* :user_key_list */ '{u1}'::text[],
    /* :last_update_time_list */ '{0.5}'::double precision[],
    /* :marker_list */ '{m0}'::text[],
    /* :session_state_list */ '{1}'::text[]
) AS r (
    session_id, app_key, user_key, last_update_time, marker, session_state
);
