-- transactional: false
ALTER TABLE agentstore_sessions
    DROP KEY agentstore_sessions_last_message,
    DROP KEY agentstore_sessions_tenant_created,
    DROP KEY agentstore_sessions_tenant_last_message,
    DROP KEY agentstore_sessions_user_created,
    DROP KEY agentstore_sessions_user_last_message,
    DROP KEY agentstore_sessions_trashed,
    COMMENT = 'agentstore 0012';
