-- transactional: false
DROP TABLE agentstore_session_metadata;
