-- Delete a batch of sessions with all that hangs on them. Storage.delete_sessions, Storage.erase_user,
-- Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_pkey
-- Rows: deletes at most one session for each of :ids, and all that hangs on them, as delete_session
-- Returns: count
DELETE FROM agentstore_sessions
WHERE
    id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1,s2}'::text[])
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
