-- What take_pending_confirmation gave to a caller.
-- Runs: once a confirmation
-- Index: primary key of agentstore_pending_confirmations
-- Returns: one
SELECT
    p.id,
    p.session_id,
    p.tool_name,
    p.arguments,
    p.user_message,
    p.user_message_escaped,
    p.timestamp
FROM agentstore_pending_confirmations AS p
WHERE p.session_id = /* :session_id */ 's1' AND p.taken_by = /* :token */ 't1';
