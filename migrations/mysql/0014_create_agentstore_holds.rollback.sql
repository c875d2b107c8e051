-- transactional: false
DROP TABLE agentstore_holds;
