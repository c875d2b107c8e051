-- Give a pending call its result. Storage.save_tool_result.
-- Runs: once for each call that was saved without its result
-- Index: agentstore_tool_calls_id
-- Rows: writes at most one, :tool_call_id
-- Returns: count
-- Differs: PostgreSQL does it with touch_session in one, complete_tool_call
UPDATE agentstore_tool_calls
SET
    result = /* :result */ '{"success": true}',
    success = /* :success */ TRUE,
    completed_at = /* :completed_at */ '2026-01-01 00:00:00.000000'
WHERE id = /* :tool_call_id */ 'c1' AND completed_at IS NULL;
