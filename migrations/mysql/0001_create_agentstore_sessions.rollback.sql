-- transactional: false
DROP TABLE agentstore_sessions;
