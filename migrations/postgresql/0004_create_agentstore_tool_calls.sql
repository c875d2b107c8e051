-- depends: 0003_create_agentstore_messages
-- The tool calls of a message, in order. completed_at IS NULL: the call is pending.
CREATE TABLE agentstore_tool_calls (
    session_id varchar(191) COLLATE "C" NOT NULL,
    message_position bigint NOT NULL,
    position integer NOT NULL,
    id varchar(191) COLLATE "C" NOT NULL,
    message_id varchar(191) COLLATE "C" NOT NULL,
    call_id varchar(191) COLLATE "C",
    tool_name varchar(191) COLLATE "C" NOT NULL,
    arguments json NOT NULL,
    result json,
    success boolean,
    timestamp timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT agentstore_tool_calls_pkey PRIMARY KEY (session_id, message_position, position),
    CONSTRAINT agentstore_tool_calls_id UNIQUE (id, session_id),
    CONSTRAINT agentstore_tool_calls_message FOREIGN KEY (session_id, message_position)
    REFERENCES agentstore_messages (session_id, position) ON DELETE CASCADE
);

CREATE INDEX agentstore_tool_calls_timestamp
ON agentstore_tool_calls (timestamp, session_id, message_position, position);

CREATE INDEX agentstore_tool_calls_tool_name
ON agentstore_tool_calls (tool_name, timestamp, session_id, message_position, position);

CREATE INDEX agentstore_tool_calls_pending
ON agentstore_tool_calls (timestamp, session_id, message_position, position)
WHERE completed_at IS NULL;

COMMENT ON TABLE agentstore_tool_calls IS 'agentstore 0004';
