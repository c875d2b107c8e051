-- transactional: false
DROP TABLE agentstore_tool_calls;
