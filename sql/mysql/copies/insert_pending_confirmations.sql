-- Store rows of agentstore_pending_confirmations as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_pending_confirmations
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_pending_confirmations
INSERT INTO agentstore_pending_confirmations (
    session_id, id, tool_name, arguments, user_message, user_message_escaped, timestamp
)
VALUES (
    /* :session_id */ 's1',
    /* :id */ 'p1',
    /* :tool_name */ 'search',
    /* :arguments */ '{}',
    /* :user_message */ 'Refund it',
    /* :user_message_escaped */ FALSE,
    /* :timestamp */ '2026-01-01 00:00:00.000000'
);
