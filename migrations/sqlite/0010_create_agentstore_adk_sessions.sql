-- depends: 0001_create_agentstore_sessions
-- What Google ADK keeps of a session beside its events (agentstore.integrations.adk): its state,
-- and the token of the call that wrote last, by which a stale writer and a lost reply are known.
-- app_key and user_key are the names, or sha256:... of one that is no id.
CREATE TABLE agentstore_adk_sessions (
    session_id text NOT NULL,
    app_key text NOT NULL,
    user_key text NOT NULL,
    last_update_time real NOT NULL,
    marker text NOT NULL,
    session_state text NOT NULL,
    CONSTRAINT agentstore_adk_sessions_pkey PRIMARY KEY (session_id),
    CONSTRAINT agentstore_adk_sessions_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX agentstore_adk_sessions_user
ON agentstore_adk_sessions (app_key, user_key, session_id);
