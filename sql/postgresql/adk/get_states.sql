-- The state that an app's sessions share: the app's, and that of one of its users or of all.
-- AgentstoreSessionService.get_session and others.
-- Runs: often
-- Index: agentstore_adk_states_pkey
-- Rows: reads all shared keys of :app_key: the app's, and those of :user_key or of all its users
-- Returns: many
SELECT
    t.user_key,
    t.entry::text AS entry
FROM agentstore_adk_states AS t
WHERE
    t.app_key OPERATOR (pg_catalog.=) /* :app_key */ 'shop'
-- @if user_key
    AND t.user_key OPERATOR (pg_catalog.=) ANY(ARRAY['', /* :user_key */ '=u1'])
-- @end
;
