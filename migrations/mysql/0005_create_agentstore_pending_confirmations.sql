-- transactional: false
-- depends: 0001_create_agentstore_sessions
-- At most one a session. taken_by is the token of the call that took it; such a
-- row is as good as gone, and the next confirmation replaces it.
CREATE TABLE agentstore_pending_confirmations (
    session_id varchar(191) NOT NULL,
    id varchar(191) NOT NULL,
    tool_name varchar(191) NOT NULL,
    arguments longtext NOT NULL,
    user_message longtext NOT NULL,
    user_message_escaped boolean NOT NULL,
    timestamp datetime(6) NOT NULL,
    taken_by varchar(36),
    PRIMARY KEY (session_id),
    CONSTRAINT agentstore_pending_confirmations_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0005';
