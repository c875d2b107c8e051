-- What take_pending_confirmation gave to a caller. Storage.take_pending_confirmation.
-- Runs: once a confirmation
-- Index: agentstore_pending_confirmations_pkey
-- Rows: reads at most one, of :session_id
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
