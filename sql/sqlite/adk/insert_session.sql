-- Keep what ADK needs of a new session. What is there already was left behind by a session that was
-- deleted where foreign keys are not enforced. AgentstoreSessionService.create_session.
-- Runs: once a session
-- Index: agentstore_sessions_pkey, agentstore_adk_sessions_pkey
-- Rows: reads one session, :session_id; writes one row
-- Returns: count
INSERT INTO agentstore_adk_sessions (session_id, app_key, user_key, last_update_time, marker, session_state)
SELECT
    s.id,
    /* :app_key */ 'shop',
    /* :user_key */ 'u1',
    /* :last_update_time */ 0.5,
    /* :marker */ 'm1',
    /* :session_state */ '{}'
FROM agentstore_sessions AS s
WHERE
    s.id = /* :session_id */ 's1'
    AND s.trashed_at IS NULL
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
ON CONFLICT (session_id) DO UPDATE
SET
    app_key = excluded.app_key,
    user_key = excluded.user_key,
    last_update_time = excluded.last_update_time,
    marker = excluded.marker,
    session_state = excluded.session_state;
