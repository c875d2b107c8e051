-- transactional: false
DROP TABLE agentstore_messages;
