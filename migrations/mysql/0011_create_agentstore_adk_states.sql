-- transactional: false
-- The state that sessions of Google ADK share, a row a key: of an app (user_key is '') and of an
-- app's users (user_key is =, then the user's id or sha256:... of it). entry is the JSON list
-- [name, value], and name_key the name, or sha256:... of one that is no id.
CREATE TABLE agentstore_adk_states (
    app_key varchar(191) NOT NULL,
    user_key varchar(191) NOT NULL,
    name_key varchar(191) NOT NULL,
    entry longtext NOT NULL,
    PRIMARY KEY (app_key, user_key, name_key)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0011';
