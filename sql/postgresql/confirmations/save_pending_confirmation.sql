-- Save a session's pending confirmation in place of the one before. The same one again (a retry) changes
-- nothing, even where it was taken meanwhile. Storage.save_pending_confirmation.
-- Runs: once a confirmation
-- Index: agentstore_sessions_pkey, agentstore_pending_confirmations_pkey
-- Rows: reads one session, :session_id; writes one confirmation
-- Returns: count
INSERT INTO agentstore_pending_confirmations AS old (
    session_id, id, tool_name, arguments, user_message, user_message_escaped, timestamp
)
SELECT
    s.id,
    /* :id */ 'p1',
    /* :tool_name */ 'refund',
    /* :arguments */ '{}'::json,
    /* :user_message */ 'Refund it',
    /* :user_message_escaped */ FALSE,
    /* :timestamp */ '2026-01-01 00:00:00+00'::timestamptz
FROM agentstore_sessions AS s
WHERE
    s.id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND s.trashed_at IS NULL
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
FOR KEY SHARE
ON CONFLICT (session_id) DO UPDATE
    SET
        id = excluded.id,
        tool_name = excluded.tool_name,
        arguments = excluded.arguments,
        user_message = excluded.user_message,
        user_message_escaped = excluded.user_message_escaped,
        timestamp = excluded.timestamp,
        taken_by = NULL
    WHERE NOT old.id OPERATOR (pg_catalog.=) excluded.id;
