CREATE INDEX agentstore_sessions_updated_at ON agentstore_sessions (active, updated_at, id);

DROP INDEX agentstore_sessions_closed;

COMMENT ON TABLE agentstore_sessions IS 'agentstore 0019: A conversation';
