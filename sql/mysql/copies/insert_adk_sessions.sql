-- Store rows of agentstore_adk_sessions as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_adk_sessions
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_adk_sessions
INSERT INTO agentstore_adk_sessions (
    session_id, app_key, user_key, last_update_time, marker, session_state
)
VALUES (
    /* :session_id */ 's1',
    /* :app_key */ 'shop',
    /* :user_key */ 'u1',
    /* :last_update_time */ 0.5,
    /* :marker */ 'm0',
    /* :session_state */ '{}'
);
