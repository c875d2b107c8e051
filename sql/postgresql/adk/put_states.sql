-- Set keys of the state that an app's sessions share. AgentstoreSessionService.append_event,
-- AgentstoreSessionService.create_session.
-- Runs: each change of such state
-- Index: agentstore_adk_states_pkey
-- Rows: writes one for each of :name_keys
-- Returns: count
-- Differs: one statement sets all keys
INSERT INTO agentstore_adk_states (app_key, user_key, name_key, entry)
SELECT
    /* :app_key */ 'shop',
    t.user_key,
    t.name_key,
    t.entry::json
FROM
    unnest(
        /* :user_keys */ '{}'::text[], /* :name_keys */ '{}'::text[], /* :entries */ '{}'::text[]
    ) AS t (user_key, name_key, entry)
ON CONFLICT (app_key, user_key, name_key) DO UPDATE
    SET entry = excluded.entry;
