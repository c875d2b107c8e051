DROP TABLE agentstore_holds;
