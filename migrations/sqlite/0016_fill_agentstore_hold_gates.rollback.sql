DELETE FROM agentstore_hold_gates;
