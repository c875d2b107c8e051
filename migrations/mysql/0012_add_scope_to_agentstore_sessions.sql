-- transactional: false
-- depends: 0001_create_agentstore_sessions
-- Whose a session is, and what a list of sessions shows. tenant_id and user_id: '' stands for none,
-- so that indexes lead with them. last_message_at: the latest timestamp of its messages; NULL in rows
-- that older code made, and read as updated_at then. trashed_at: since when it is in the trash.
-- creation_token is the call's that created it, by which a retry knows its own. holds counts the holds
-- in force that name this session (agentstore_holds): above 0 nothing of it is deleted.
-- listed_at is last_message_at as it is read, for the indexes (PostgreSQL and SQLite index the expression).
ALTER TABLE agentstore_sessions
    ADD COLUMN tenant_id varchar(191) NOT NULL DEFAULT '',
    ADD COLUMN user_id varchar(191) NOT NULL DEFAULT '',
    ADD COLUMN title varchar(500),
    ADD COLUMN archived_at datetime(6),
    ADD COLUMN pinned_at datetime(6),
    ADD COLUMN last_message_at datetime(6),
    ADD COLUMN trashed_at datetime(6),
    ADD COLUMN creation_token varchar(36),
    ADD COLUMN holds integer NOT NULL DEFAULT 0,
    ADD COLUMN listed_at datetime(6) GENERATED ALWAYS AS (coalesce(last_message_at, updated_at)) VIRTUAL,
    COMMENT = 'agentstore 0012';
