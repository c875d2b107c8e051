-- transactional: false
DROP TABLE agentstore_hold_gates;
