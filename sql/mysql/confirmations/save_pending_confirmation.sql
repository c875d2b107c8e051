-- Save a session's pending confirmation in place of the one before. The same one again (a retry) changes
-- nothing, even where it was taken meanwhile. Storage.save_pending_confirmation.
-- Runs: once a confirmation
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_pending_confirmations
-- Rows: reads one session, :session_id; writes one confirmation
-- Returns: count
INSERT INTO agentstore_pending_confirmations (
    session_id, id, tool_name, arguments, user_message, user_message_escaped, timestamp
)
SELECT
    s.id,
    /* :id */ 'p1',
    /* :tool_name */ 'refund',
    /* :arguments */ '{}',
    /* :user_message */ 'Refund it',
    /* :user_message_escaped */ FALSE,
    /* :timestamp */ '2026-01-01 00:00:00.000000'
FROM agentstore_sessions AS s
WHERE
    s.id = /* :session_id */ 's1'
    AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
LOCK IN SHARE MODE
ON DUPLICATE KEY UPDATE
    taken_by = if(agentstore_pending_confirmations.id = VALUES (id), taken_by, NULL),
    id = VALUES (id),
    tool_name = VALUES (tool_name),
    arguments = VALUES (arguments),
    user_message = VALUES (user_message),
    user_message_escaped = VALUES (user_message_escaped),
    timestamp = VALUES (timestamp);
