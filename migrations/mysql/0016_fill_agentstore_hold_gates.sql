-- transactional: false
-- depends: 0015_create_agentstore_hold_gates
-- The one gate. IGNORE: a killed migrator may have done it already.
INSERT IGNORE INTO agentstore_hold_gates (id, placed)
VALUES (0, 0);
