-- depends: 0015_create_agentstore_hold_gates
-- The one gate. ON CONFLICT: a killed migrator may have done it already.
INSERT INTO agentstore_hold_gates (id, placed)
VALUES (0, 0)
ON CONFLICT (id) DO NOTHING;
