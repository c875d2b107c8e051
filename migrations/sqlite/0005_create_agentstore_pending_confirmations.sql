-- depends: 0001_create_agentstore_sessions
-- At most one a session. taken_by is the token of the call that took it; such a
-- row is as good as gone, and the next confirmation replaces it.
CREATE TABLE agentstore_pending_confirmations (
    session_id text NOT NULL,
    id text NOT NULL,
    tool_name text NOT NULL,
    arguments text NOT NULL,
    user_message text NOT NULL,
    user_message_escaped integer NOT NULL,
    timestamp text NOT NULL,
    taken_by text,
    CONSTRAINT agentstore_pending_confirmations_pkey PRIMARY KEY (session_id),
    CONSTRAINT agentstore_pending_confirmations_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) WITHOUT ROWID;
