-- depends: 0001_create_agentstore_sessions
-- The scalars at the top level of a session's metadata, one row each, for filters.
-- entry is the JSON list [key, value] in ASCII, or sha256:... of it where that is long.
CREATE TABLE agentstore_session_metadata (
    session_id varchar(191) COLLATE "C" NOT NULL,
    entry varchar(255) COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT agentstore_session_metadata_pkey PRIMARY KEY (session_id, entry),
    CONSTRAINT agentstore_session_metadata_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
);

CREATE INDEX agentstore_session_metadata_entry
ON agentstore_session_metadata (entry, created_at, session_id);

COMMENT ON TABLE agentstore_session_metadata IS 'agentstore 0002';
