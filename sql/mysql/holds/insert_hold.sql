-- Write a hold down. Storage.place_hold.
-- Runs: seldom
-- Index: none: it appends
-- Rows: inserts one
-- Returns: count
INSERT INTO agentstore_holds (id, reason, session_id, user_id, tenant_id, placed_at)
VALUES (
    /* :hold_id */ 'h9',
    /* :reason */ 'lawsuit',
    /* :session_id */ NULL,
    /* :user_id */ 'ann',
    /* :tenant_id */ 'acme',
    /* :now */ '2026-01-01 00:00:00.000000'
);
