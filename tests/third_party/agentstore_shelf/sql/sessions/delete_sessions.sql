-- Delete a batch of sessions with all that hangs on them.
-- Runs: each batch of a clean-up
-- Index: primary key of agentstore_sessions
-- Returns: count
DELETE FROM agentstore_sessions
WHERE
    id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j)
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
