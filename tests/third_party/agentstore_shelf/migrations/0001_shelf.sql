-- All tables. Times are text in UTC; JSON is text.
CREATE TABLE agentstore_sessions (
    id text PRIMARY KEY NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    active integer NOT NULL,
    next_position integer NOT NULL,
    metadata text NOT NULL,
    tenant_id text NOT NULL DEFAULT '',
    user_id text NOT NULL DEFAULT '',
    title text,
    archived_at text,
    pinned_at text,
    last_message_at text,
    trashed_at text,
    creation_token text,
    holds integer NOT NULL DEFAULT 0
);

CREATE INDEX agentstore_sessions_created_at ON agentstore_sessions (created_at, id);

CREATE INDEX agentstore_sessions_closed ON agentstore_sessions (updated_at, id)
WHERE NOT active;

CREATE TABLE agentstore_session_metadata (
    session_id text NOT NULL REFERENCES agentstore_sessions (id) ON DELETE CASCADE,
    entry text NOT NULL,
    created_at text NOT NULL,
    PRIMARY KEY (session_id, entry)
);

CREATE INDEX agentstore_session_metadata_entry
ON agentstore_session_metadata (entry, created_at, session_id);

CREATE TABLE agentstore_messages (
    session_id text NOT NULL REFERENCES agentstore_sessions (id) ON DELETE CASCADE,
    position integer NOT NULL,
    id text NOT NULL UNIQUE,
    role text NOT NULL,
    content text NOT NULL,
    content_escaped integer NOT NULL,
    parts text,
    timestamp text NOT NULL,
    response_type text,
    response text,
    metadata text NOT NULL,
    PRIMARY KEY (session_id, position)
);

CREATE INDEX agentstore_messages_timestamp
ON agentstore_messages (timestamp, session_id, position);

CREATE TABLE agentstore_tool_calls (
    session_id text NOT NULL,
    message_position integer NOT NULL,
    position integer NOT NULL,
    id text NOT NULL UNIQUE,
    message_id text NOT NULL,
    call_id text,
    tool_name text NOT NULL,
    arguments text NOT NULL,
    result text,
    success integer,
    timestamp text NOT NULL,
    completed_at text,
    PRIMARY KEY (session_id, message_position, position),
    FOREIGN KEY (session_id, message_position)
    REFERENCES agentstore_messages (session_id, position) ON DELETE CASCADE
);

CREATE INDEX agentstore_tool_calls_timestamp
ON agentstore_tool_calls (timestamp, session_id, message_position, position);

CREATE TABLE agentstore_pending_confirmations (
    session_id text PRIMARY KEY NOT NULL REFERENCES agentstore_sessions (id) ON DELETE CASCADE,
    id text NOT NULL,
    tool_name text NOT NULL,
    arguments text NOT NULL,
    user_message text NOT NULL,
    user_message_escaped integer NOT NULL,
    timestamp text NOT NULL,
    taken_by text
);

CREATE TABLE agentstore_holds (
    id text PRIMARY KEY NOT NULL,
    reason text NOT NULL,
    session_id text,
    user_id text,
    tenant_id text,
    placed_at text NOT NULL,
    released_at text
);

CREATE INDEX agentstore_holds_in_force
ON agentstore_holds (tenant_id, user_id)
WHERE released_at IS NULL;

CREATE TABLE agentstore_hold_gates (
    id integer PRIMARY KEY NOT NULL,
    placed integer NOT NULL
);

INSERT INTO agentstore_hold_gates (id, placed)
VALUES (0, 0);

CREATE TABLE agentstore_erasure_receipts (
    id text PRIMARY KEY NOT NULL,
    user_digest text NOT NULL,
    tenant_id text,
    started_at text NOT NULL,
    finished_at text,
    deleted_rows text NOT NULL,
    held integer NOT NULL,
    remains text NOT NULL
);
