DROP TABLE agentstore_tool_calls;
