DROP TABLE agentstore_erasure_receipts;

DROP TABLE agentstore_hold_gates;

DROP TABLE agentstore_holds;

DROP TABLE agentstore_pending_confirmations;

DROP TABLE agentstore_tool_calls;

DROP TABLE agentstore_messages;

DROP TABLE agentstore_session_metadata;

DROP TABLE agentstore_sessions;
