DROP TABLE agentstore_adk_states;
