-- Empty a message, under the lock of its session's row. Storage.erase_message.
-- Runs: seldom
-- Index: agentstore_messages_pkey
-- Rows: writes at most one, at :position of :session_id
-- Returns: count
UPDATE agentstore_messages
SET
    content = '',
    content_escaped = FALSE,
    parts = NULL,
    response = NULL,
    metadata = '{}'
WHERE
    session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND position = /* :position */ 0;
