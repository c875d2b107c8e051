-- transactional: false
-- depends: 0001_create_agentstore_sessions
-- The messages of a session, together on disk in their order.
-- content_escaped: content has Python's \uXXXX escapes, as it holds a NUL or a lone surrogate.
CREATE TABLE agentstore_messages (
    session_id varchar(191) NOT NULL,
    position bigint NOT NULL,
    id varchar(191) NOT NULL,
    role varchar(9) NOT NULL,
    content longtext NOT NULL,
    content_escaped boolean NOT NULL,
    parts longtext,
    timestamp datetime(6) NOT NULL,
    response_type varchar(64),
    response longtext,
    metadata longtext NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE KEY agentstore_messages_id (id),
    KEY agentstore_messages_timestamp (timestamp, session_id, position),
    KEY agentstore_messages_response_type (response_type, timestamp, session_id, position),
    CONSTRAINT agentstore_messages_role CHECK (role IN ('user', 'assistant', 'system', 'tool')),
    CONSTRAINT agentstore_messages_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0003';
