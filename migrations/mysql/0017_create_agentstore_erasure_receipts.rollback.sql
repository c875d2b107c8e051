-- transactional: false
DROP TABLE agentstore_erasure_receipts;
