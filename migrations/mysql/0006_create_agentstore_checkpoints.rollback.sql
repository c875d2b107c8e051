-- transactional: false
DROP TABLE agentstore_checkpoints;
