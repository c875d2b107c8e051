-- Store rows of agentstore_session_metadata as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_session_metadata
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_session_metadata
INSERT INTO agentstore_session_metadata (
    session_id, entry, created_at
)
VALUES (
    /* :session_id */ 's1',
    /* :entry */ '["run_id","r1"]',
    /* :created_at */ '2026-01-01 00:00:00.000000'
);
