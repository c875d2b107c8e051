-- The sessions of an app, or of one of its users. AgentstoreSessionService.list_sessions.
-- Runs: each list
-- Index: agentstore_adk_sessions_user, agentstore_sessions_pkey
-- Rows: reads all sessions of :app_key, or those of its :user_key
-- Returns: many
SELECT
    a.marker,
    a.last_update_time,
    a.session_state,
    s.metadata
FROM agentstore_adk_sessions AS a
INNER JOIN agentstore_sessions AS s ON a.session_id = s.id
WHERE
    a.app_key = /* :app_key */ 'shop'
    AND s.trashed_at IS NULL
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
-- @if user_key
    AND a.user_key = /* :user_key */ 'u1'
-- @end
;
