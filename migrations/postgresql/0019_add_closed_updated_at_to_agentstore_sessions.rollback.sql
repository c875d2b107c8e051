COMMENT ON TABLE agentstore_sessions IS 'agentstore 0013: A conversation';
