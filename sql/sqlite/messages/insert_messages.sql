-- Store messages at the positions that reserve_positions took, many rows at once.
-- Storage.save_..._message, Storage.save_messages; Storage.create_session, with a system message.
-- Runs: every turn
-- Index: none: appends to agentstore_messages
-- Rows: writes one; the driver repeats it, or the list of its values, for each message
-- Returns: count
-- Differs: PostgreSQL saves turns in one statement, save_turns
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, parts, timestamp,
    response_type, response, metadata
)
VALUES (
    /* :session_id */ 's1',
    /* :position */ 0,
    /* :id */ 'm1',
    /* :role */ 'user',
    /* :content */ 'Hello',
    /* :content_escaped */ FALSE,
    /* :parts */ NULL,
    /* :timestamp */ '2026-01-01 00:00:00.000000',
    /* :response_type */ NULL,
    /* :response */ NULL,
    /* :metadata */ '{}'
);
