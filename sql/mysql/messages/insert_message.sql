-- Store a message at a position that reserve_positions took, in the same batch; nothing where it
-- took none.
-- Storage.save_…_message.
-- Runs: every turn
-- Index: none: appends to agentstore_messages
-- Rows: writes one
-- Returns: count
-- Differs: a batch goes out before the position is known
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, parts, timestamp,
    response_type, response, metadata
)
SELECT
    /* :session_id */ 's1',
    last_insert_id() - /* :back */ 1,
    /* :id */ 'm1',
    /* :role */ 'user',
    /* :content */ 'Hello',
    /* :content_escaped */ FALSE,
    /* :parts */ NULL,
    /* :timestamp */ '2026-01-01 00:00:00.000000',
    /* :response_type */ NULL,
    /* :response */ NULL,
    /* :metadata */ '{}'
FROM dual
WHERE last_insert_id() > 0;
