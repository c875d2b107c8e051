-- transactional: false
DELETE FROM agentstore_hold_gates;

COMMIT;
