-- Store the tool calls of messages that were just stored, many rows at once.
-- Storage.save_assistant_message, Storage.save_messages.
-- Runs: imports, and every turn in SQLite
-- Index: none: appends to agentstore_tool_calls
-- Rows: writes one; the driver repeats it, or the list of its values, for each tool call
-- Returns: count
-- Differs: PostgreSQL saves turns in one statement, save_turns
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
VALUES (
    /* :session_id */ 's1',
    /* :message_position */ 0,
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
