-- depends: 0001_create_agentstore_sessions
-- Whose a session is, and what a list of sessions shows. tenant_id and user_id: '' stands for none,
-- so that indexes lead with them. last_message_at: the latest timestamp of its messages; NULL in rows
-- that older code made, and read as updated_at then. trashed_at: since when it is in the trash.
-- creation_token is the call's that created it, by which a retry knows its own. holds counts the holds
-- in force that name this session (agentstore_holds): above 0 nothing of it is deleted.
ALTER TABLE agentstore_sessions ADD COLUMN tenant_id text NOT NULL DEFAULT '';

ALTER TABLE agentstore_sessions ADD COLUMN user_id text NOT NULL DEFAULT '';

ALTER TABLE agentstore_sessions ADD COLUMN title text;

ALTER TABLE agentstore_sessions ADD COLUMN archived_at text;

ALTER TABLE agentstore_sessions ADD COLUMN pinned_at text;

ALTER TABLE agentstore_sessions ADD COLUMN last_message_at text;

ALTER TABLE agentstore_sessions ADD COLUMN trashed_at text;

ALTER TABLE agentstore_sessions ADD COLUMN creation_token text;

ALTER TABLE agentstore_sessions ADD COLUMN holds integer NOT NULL DEFAULT 0;
