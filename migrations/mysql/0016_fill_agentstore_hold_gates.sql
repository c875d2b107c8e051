-- transactional: false
-- depends: 0015_create_agentstore_hold_gates
-- The one gate. IGNORE: a killed migrator may have done it already. COMMIT: yoyo would undo it, as it
-- runs no transaction here and does not end the one that the driver began.
INSERT IGNORE INTO agentstore_hold_gates (id, placed)
VALUES (0, 0);

COMMIT;
