-- Give a pending call its result. No row comes back where it is not pending. Storage.save_tool_result.
-- Runs: once for each call that was saved without its result
-- Index: agentstore_tool_calls_id, agentstore_sessions_pkey
-- Rows: writes at most one tool call, :tool_call_id, and its session
-- Returns: many
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH session AS (
    UPDATE agentstore_sessions
    SET
        updated_at = greatest(
            /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
            updated_at + interval '1 microsecond'
        )
    WHERE
        id OPERATOR (pg_catalog.=) (
            SELECT c.session_id
            FROM agentstore_tool_calls AS c
            WHERE c.id OPERATOR (pg_catalog.=) /* :tool_call_id */ 'c1' AND c.completed_at IS NULL
        )
        AND trashed_at IS NULL
-- @if scope
        AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    RETURNING id
)

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
RETURNING agentstore_tool_calls.id;
