DROP TABLE agentstore_adk_sessions;
