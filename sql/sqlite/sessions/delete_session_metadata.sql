-- Delete a session's index entries before the session. Storage.delete_session, Storage.delete_sessions,
-- Storage.erase_user, Storage.apply_retention.
-- Runs: seldom
-- Index: agentstore_sessions_pkey, agentstore_session_metadata_pkey
-- Rows: deletes all index entries of :session_id
-- Returns: count
-- Differs: on a bound connection foreign keys may be off
DELETE FROM agentstore_session_metadata
WHERE
    session_id = /* :session_id */ 's1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    );
