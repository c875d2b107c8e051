-- Give a pending call its result.
-- Runs: once for each call that was saved without its result
-- Index: the unique id of agentstore_tool_calls
-- Returns: count
UPDATE agentstore_tool_calls
SET
    result = /* :result */ '{"success": true}',
    success = /* :success */ TRUE,
    completed_at = /* :completed_at */ '2026-01-01 00:00:00.000000'
WHERE id = /* :tool_call_id */ 'c1' AND completed_at IS NULL;
