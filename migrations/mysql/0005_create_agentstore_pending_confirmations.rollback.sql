-- transactional: false
DROP TABLE agentstore_pending_confirmations;
