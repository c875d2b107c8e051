-- transactional: false
ALTER TABLE agentstore_sessions
    ADD KEY agentstore_sessions_updated_at (active, updated_at, id),
    DROP KEY agentstore_sessions_closed,
    COMMENT = 'agentstore 0019: A conversation';
