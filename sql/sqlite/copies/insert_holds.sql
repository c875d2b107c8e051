-- Store rows of agentstore_holds as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_holds
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_holds
INSERT INTO agentstore_holds (
    id, reason, session_id, user_id, tenant_id, placed_at, released_at
)
VALUES (
    /* :id */ 'h1',
    /* :reason */ 'A lawsuit',
    /* :session_id */ NULL,
    /* :user_id */ 'ann',
    /* :tenant_id */ NULL,
    /* :placed_at */ '2026-01-01 00:00:00.000000',
    /* :released_at */ NULL
);
