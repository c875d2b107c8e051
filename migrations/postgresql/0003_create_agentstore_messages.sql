-- depends: 0001_create_agentstore_sessions
-- The messages of a session, together on disk in their order.
-- content_escaped: content has Python's \uXXXX escapes, as it holds a NUL or a lone surrogate.
-- id is unique together with session_id, so that Citus can shard by session_id; the library
-- keeps an id that a caller gave unique across sessions (messages/lock_ids.sql).
CREATE TABLE agentstore_messages (
    session_id varchar(191) COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    id varchar(191) COLLATE "C" NOT NULL,
    role varchar(9) NOT NULL,
    content text NOT NULL,
    content_escaped boolean NOT NULL,
    parts json,
    timestamp timestamptz NOT NULL,
    response_type varchar(64) COLLATE "C",
    response json,
    metadata json NOT NULL,
    CONSTRAINT agentstore_messages_pkey PRIMARY KEY (session_id, position),
    CONSTRAINT agentstore_messages_id UNIQUE (id, session_id),
    CONSTRAINT agentstore_messages_role CHECK (role IN ('user', 'assistant', 'system', 'tool')),
    CONSTRAINT agentstore_messages_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
);

CREATE INDEX agentstore_messages_timestamp
ON agentstore_messages (timestamp, session_id, position);

CREATE INDEX agentstore_messages_response_type
ON agentstore_messages (response_type, timestamp, session_id, position)
WHERE response_type IS NOT NULL;

COMMENT ON TABLE agentstore_messages IS 'agentstore 0003';
