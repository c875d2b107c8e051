-- Whether a session was created, put in the trash or taken out of it, the last of these, by the call with
-- this token. Storage.create_session, Storage.trash_session, Storage.restore_session, run again after a
-- lost reply.
-- Runs: seldom
-- Index: agentstore_sessions_pkey
-- Rows: reads at most one, :session_id
-- Returns: one
SELECT s.id
FROM agentstore_sessions AS s
WHERE
    s.id = /* :session_id */ 's1'
    AND s.creation_token = /* :token */ 't1'
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
;
