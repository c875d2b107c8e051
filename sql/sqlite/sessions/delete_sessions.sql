-- Delete a batch of sessions with all that hangs on them. Storage.delete_sessions, Storage.erase_user,
-- Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_pkey
-- Rows: deletes at most one session for each of :ids, and all that hangs on them, as delete_session
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
