-- transactional: false
-- depends: 0018_comment_agentstore_tables
-- updated_at where a session is closed, for an index: NULL while it is open, so that a save, which moves
-- updated_at, leaves the index alone. PostgreSQL and SQLite have indexes of some rows for this.
-- Metadata only: no row is read or copied.
ALTER TABLE agentstore_sessions
    ADD COLUMN closed_updated_at datetime(6) GENERATED ALWAYS AS (if(active, NULL, updated_at)) VIRTUAL
    COMMENT 'updated_at where it is closed, for the index',
    COMMENT = 'agentstore 0019: A conversation';
