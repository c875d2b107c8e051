DROP TABLE agentstore_sessions;
