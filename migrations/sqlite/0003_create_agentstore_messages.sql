-- depends: 0001_create_agentstore_sessions
-- The messages of a session, together on disk in their order.
-- content_escaped: content has Python's \uXXXX escapes, as it holds a NUL or a lone surrogate.
CREATE TABLE agentstore_messages (
    session_id text NOT NULL,
    position integer NOT NULL,
    id text NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    content_escaped integer NOT NULL,
    parts text,
    timestamp text NOT NULL,
    response_type text,
    response text,
    metadata text NOT NULL,
    CONSTRAINT agentstore_messages_pkey PRIMARY KEY (session_id, position),
    CONSTRAINT agentstore_messages_role CHECK (role IN ('user', 'assistant', 'system', 'tool')),
    CONSTRAINT agentstore_messages_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE UNIQUE INDEX agentstore_messages_id ON agentstore_messages (id);

CREATE INDEX agentstore_messages_timestamp
ON agentstore_messages (timestamp, session_id, position);

CREATE INDEX agentstore_messages_response_type
ON agentstore_messages (response_type, timestamp, session_id, position)
WHERE response_type IS NOT NULL;
