-- The state that sessions of Google ADK share, a row a key: of an app (user_key is '') and of an
-- app's users (user_key is =, then the user's id or sha256:... of it). entry is the JSON list
-- [name, value], and name_key the name, or sha256:... of one that is no id.
CREATE TABLE agentstore_adk_states (
    app_key varchar(191) COLLATE "C" NOT NULL,
    user_key varchar(191) COLLATE "C" NOT NULL,
    name_key varchar(191) COLLATE "C" NOT NULL,
    entry json NOT NULL,
    CONSTRAINT agentstore_adk_states_pkey PRIMARY KEY (app_key, user_key, name_key)
);

COMMENT ON TABLE agentstore_adk_states IS 'agentstore 0011';
