-- Store a message at a position that reserve_positions took, in the same batch; refused (error 1048),
-- so that the batch ends, where it took none. Storage.save_…_message.
-- Runs: every turn
-- Index: none: appends to agentstore_messages
-- Rows: writes one
-- Returns: count
-- Differs: a batch goes out before the position is known
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, parts, timestamp,
    response_type, response, metadata
)
VALUES (
    /* :session_id */ 's1',
    nullif(last_insert_id(), 0) - /* :back */ 1,
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
