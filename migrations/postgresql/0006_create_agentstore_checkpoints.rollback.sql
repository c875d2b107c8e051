DROP TABLE agentstore_checkpoints;
