-- DROP COLUMN wants SQLite 3.35 or later.
ALTER TABLE agentstore_sessions DROP COLUMN tenant_id;

ALTER TABLE agentstore_sessions DROP COLUMN user_id;

ALTER TABLE agentstore_sessions DROP COLUMN title;

ALTER TABLE agentstore_sessions DROP COLUMN archived_at;

ALTER TABLE agentstore_sessions DROP COLUMN pinned_at;

ALTER TABLE agentstore_sessions DROP COLUMN last_message_at;

ALTER TABLE agentstore_sessions DROP COLUMN trashed_at;

ALTER TABLE agentstore_sessions DROP COLUMN creation_token;

ALTER TABLE agentstore_sessions DROP COLUMN holds;
