-- Store rows of agentstore_sessions as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_sessions
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_sessions
INSERT INTO agentstore_sessions (
    id, created_at, updated_at, active, next_position, metadata, tenant_id, user_id, title,
    archived_at, pinned_at, last_message_at, trashed_at, creation_token, holds
)
VALUES (
    /* :id */ 's1',
    /* :created_at */ '2026-01-01 00:00:00.000000',
    /* :updated_at */ '2026-01-01 00:00:00.000000',
    /* :active */ TRUE,
    /* :next_position */ 1,
    /* :metadata */ '{}',
    /* :tenant_id */ '',
    /* :user_id */ '',
    /* :title */ NULL,
    /* :archived_at */ NULL,
    /* :pinned_at */ NULL,
    /* :last_message_at */ NULL,
    /* :trashed_at */ NULL,
    /* :creation_token */ NULL,
    /* :holds */ 0
);
