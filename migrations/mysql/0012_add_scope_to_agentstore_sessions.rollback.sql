-- transactional: false
ALTER TABLE agentstore_sessions
    DROP COLUMN listed_at,
    DROP COLUMN tenant_id,
    DROP COLUMN user_id,
    DROP COLUMN title,
    DROP COLUMN archived_at,
    DROP COLUMN pinned_at,
    DROP COLUMN last_message_at,
    DROP COLUMN trashed_at,
    DROP COLUMN creation_token,
    DROP COLUMN holds,
    COMMENT = 'agentstore 0001';
