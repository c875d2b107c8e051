-- depends: 0003_create_agentstore_messages
-- The tool calls of a message, in order. completed_at IS NULL: the call is pending.
CREATE TABLE agentstore_tool_calls (
    session_id text NOT NULL,
    message_position integer NOT NULL,
    position integer NOT NULL,
    id text NOT NULL,
    message_id text NOT NULL,
    call_id text,
    tool_name text NOT NULL,
    arguments text NOT NULL,
    result text,
    success integer,
    timestamp text NOT NULL,
    completed_at text,
    CONSTRAINT agentstore_tool_calls_pkey PRIMARY KEY (session_id, message_position, position),
    CONSTRAINT agentstore_tool_calls_message FOREIGN KEY (session_id, message_position)
    REFERENCES agentstore_messages (session_id, position) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE UNIQUE INDEX agentstore_tool_calls_id ON agentstore_tool_calls (id);

CREATE INDEX agentstore_tool_calls_timestamp
ON agentstore_tool_calls (timestamp, session_id, message_position, position);

CREATE INDEX agentstore_tool_calls_tool_name
ON agentstore_tool_calls (tool_name, timestamp, session_id, message_position, position);

CREATE INDEX agentstore_tool_calls_pending
ON agentstore_tool_calls (timestamp, session_id, message_position, position)
WHERE completed_at IS NULL;
