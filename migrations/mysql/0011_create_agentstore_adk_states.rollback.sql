-- transactional: false
DROP TABLE agentstore_adk_states;
