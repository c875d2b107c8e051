DROP TABLE agentstore_messages;
