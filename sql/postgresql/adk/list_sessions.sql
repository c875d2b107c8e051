-- The sessions of an app, or of one of its users. AgentstoreSessionService.list_sessions.
-- Runs: each list
-- Index: agentstore_adk_sessions_user, agentstore_sessions_pkey
-- Rows: reads all sessions of :app_key, or those of its :user_key
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: PostgreSQL would else read all sessions of the
--   store for those of an app
SELECT
    a.marker,
    a.last_update_time,
    a.session_state::text AS session_state,
    s.metadata::text AS metadata
FROM agentstore_adk_sessions AS a
INNER JOIN LATERAL (
    SELECT s.metadata
    FROM agentstore_sessions AS s
    WHERE
        s.id OPERATOR (pg_catalog.=) a.session_id
        AND s.trashed_at IS NULL
-- @if scope
        AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    OFFSET 0
) AS s ON TRUE
WHERE
    a.app_key OPERATOR (pg_catalog.=) /* :app_key */ 'shop'
-- @if user_key
    AND a.user_key OPERATOR (pg_catalog.=) /* :user_key */ 'u1'
-- @end
;
