-- transactional: false
-- depends: 0001_create_agentstore_sessions
-- What Google ADK keeps of a session beside its events (agentstore.integrations.adk): its state,
-- and the token of the call that wrote last, by which a stale writer and a lost reply are known.
-- app_key and user_key are the names, or sha256:... of one that is no id.
CREATE TABLE agentstore_adk_sessions (
    session_id varchar(191) NOT NULL,
    app_key varchar(191) NOT NULL,
    user_key varchar(191) NOT NULL,
    last_update_time double NOT NULL,
    marker varchar(191) NOT NULL,
    session_state longtext NOT NULL,
    PRIMARY KEY (session_id),
    KEY agentstore_adk_sessions_user (app_key, user_key, session_id),
    CONSTRAINT agentstore_adk_sessions_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0010';
