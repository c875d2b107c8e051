-- depends: 0001_create_agentstore_sessions
-- At most one a session. taken_by is the token of the call that took it; such a
-- row is as good as gone, and the next confirmation replaces it.
CREATE TABLE agentstore_pending_confirmations (
    session_id varchar(191) COLLATE "C" NOT NULL,
    id varchar(191) COLLATE "C" NOT NULL,
    tool_name varchar(191) COLLATE "C" NOT NULL,
    arguments json NOT NULL,
    user_message text NOT NULL,
    user_message_escaped boolean NOT NULL,
    timestamp timestamptz NOT NULL,
    taken_by varchar(36) COLLATE "C",
    CONSTRAINT agentstore_pending_confirmations_pkey PRIMARY KEY (session_id),
    CONSTRAINT agentstore_pending_confirmations_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
);

COMMENT ON TABLE agentstore_pending_confirmations IS 'agentstore 0005';
