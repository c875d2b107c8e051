-- transactional: false
DROP TABLE agentstore_checkpoint_metadata;
