-- Store a tool call of a message that was just stored, in the same batch; nothing where
-- reserve_positions took none. Storage.save_assistant_message.
-- Runs: every tool call
-- Index: none: appends to agentstore_tool_calls
-- Rows: writes one
-- Returns: count
-- Differs: a batch goes out before the position is known
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
SELECT
    /* :session_id */ 's1',
    last_insert_id() - /* :back */ 1,
    /* :position */ 0,
    /* :id */ 'c1',
    /* :message_id */ 'm1',
    /* :call_id */ 'call_1',
    /* :tool_name */ 'search',
    /* :arguments */ '{}',
    /* :result */ NULL,
    /* :success */ NULL,
    /* :timestamp */ '2026-01-01 00:00:00.000000',
    /* :completed_at */ NULL
FROM dual
WHERE last_insert_id() > 0;
