-- transactional: false
ALTER TABLE agentstore_sessions
    DROP COLUMN closed_updated_at,
    COMMENT = 'agentstore 0013: A conversation';
