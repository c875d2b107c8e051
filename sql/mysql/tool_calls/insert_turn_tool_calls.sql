-- Store the tool calls of messages that insert_message has just stored, in the same batch.
-- Storage.save_assistant_message.
-- Runs: every turn
-- Index: none: appends to agentstore_tool_calls
-- Rows: writes one; the list of its values is repeated for each tool call
-- Returns: count
-- Differs: a batch goes out before the position is known
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
VALUES (
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
);
