-- Give a pending call its result. No row comes back where it is not pending. Storage.save_tool_result.
-- The session is locked first, as where something is deleted, and changed only where the call was.
-- Runs: once for each call that was saved without its result
-- Index: agentstore_tool_calls_id, agentstore_sessions_pkey
-- Rows: writes at most one tool call, :tool_call_id, and its session
-- Returns: many
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH session AS (
    SELECT s.id
    FROM agentstore_sessions AS s
    WHERE
        s.id OPERATOR (pg_catalog.=) (
            SELECT c.session_id
            FROM agentstore_tool_calls AS c
            WHERE c.id OPERATOR (pg_catalog.=) /* :tool_call_id */ 'c1' AND c.completed_at IS NULL
        )
        AND s.trashed_at IS NULL
-- @if scope
        AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    FOR NO KEY UPDATE OF s
),

completed AS (
    UPDATE agentstore_tool_calls
    SET
        result = /* :result */ '{"success": true}'::json,
        success = /* :success */ TRUE,
        completed_at = /* :completed_at */ '2026-01-01 00:00:00+00'::timestamptz
    FROM session
    WHERE
        agentstore_tool_calls.session_id OPERATOR (pg_catalog.=) session.id
        AND agentstore_tool_calls.id OPERATOR (pg_catalog.=) /* :tool_call_id */ 'c1'
        AND agentstore_tool_calls.completed_at IS NULL
    RETURNING agentstore_tool_calls.session_id
)

UPDATE agentstore_sessions
SET
    updated_at = greatest(
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        agentstore_sessions.updated_at + interval '1 microsecond'
    )
FROM completed
WHERE agentstore_sessions.id OPERATOR (pg_catalog.=) completed.session_id
RETURNING agentstore_sessions.id;
