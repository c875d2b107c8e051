-- transactional: false
-- depends: 0001_create_agentstore_sessions
-- The scalars at the top level of a session's metadata, one row each, for filters.
-- entry is the JSON list [key, value] in ASCII, or sha256:... of it where that is long.
CREATE TABLE agentstore_session_metadata (
    session_id varchar(191) NOT NULL,
    entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at datetime(6) NOT NULL,
    PRIMARY KEY (session_id, entry),
    KEY agentstore_session_metadata_entry (entry, created_at, session_id),
    CONSTRAINT agentstore_session_metadata_session FOREIGN KEY (session_id)
    REFERENCES agentstore_sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0002';
