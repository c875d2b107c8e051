-- Set a key of the state that an app's sessions share. AgentstoreSessionService.append_event,
-- AgentstoreSessionService.create_session.
-- Runs: each key of such state that changes
-- Index: PRIMARY of agentstore_adk_states
-- Rows: writes one, of :app_key, :user_key and :name_key
-- Returns: count
-- Differs: PostgreSQL sets all keys in one statement, put_states
INSERT INTO agentstore_adk_states (app_key, user_key, name_key, entry)
VALUES (
    /* :app_key */ 'shop',
    /* :user_key */ '=u1',
    /* :name_key */ 'theme',
    /* :entry */ '["theme","dark"]'
)
ON DUPLICATE KEY UPDATE entry = VALUES (entry);
