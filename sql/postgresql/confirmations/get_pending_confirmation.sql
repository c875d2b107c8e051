-- A session's pending confirmation. Storage.get_pending_confirmation; Storage.take_pending_confirmation,
-- which reads it first.
-- Runs: often
-- Index: agentstore_sessions_pkey, agentstore_pending_confirmations_pkey
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT
    p.id,
    p.session_id,
    p.tool_name,
    p.arguments::text AS arguments,
    p.user_message,
    p.user_message_escaped,
    p.timestamp AT TIME ZONE 'UTC' AS timestamp
FROM agentstore_pending_confirmations AS p
WHERE
    p.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND p.taken_by IS NULL
    AND EXISTS (
        SELECT 1
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
    );
