-- depends: 0015_create_agentstore_hold_gates
-- The one gate.
INSERT INTO agentstore_hold_gates (id, placed)
VALUES (0, 0);
