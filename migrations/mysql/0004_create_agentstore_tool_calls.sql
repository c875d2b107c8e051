-- transactional: false
-- depends: 0003_create_agentstore_messages
-- The tool calls of a message, in order. completed_at IS NULL: the call is pending.
CREATE TABLE agentstore_tool_calls (
    session_id varchar(191) NOT NULL,
    message_position bigint NOT NULL,
    position int NOT NULL,
    id varchar(191) NOT NULL,
    message_id varchar(191) NOT NULL,
    call_id varchar(191),
    tool_name varchar(191) NOT NULL,
    arguments longtext NOT NULL,
    result longtext,
    success boolean,
    timestamp datetime(6) NOT NULL,
    completed_at datetime(6),
    PRIMARY KEY (session_id, message_position, position),
    UNIQUE KEY agentstore_tool_calls_id (id),
    KEY agentstore_tool_calls_timestamp (timestamp, session_id, message_position, position),
    KEY agentstore_tool_calls_tool_name (
        tool_name, timestamp, session_id, message_position, position
    ),
    KEY agentstore_tool_calls_pending (
        completed_at, timestamp, session_id, message_position, position
    ),
    CONSTRAINT agentstore_tool_calls_message FOREIGN KEY (session_id, message_position)
    REFERENCES agentstore_messages (session_id, position) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0004';
