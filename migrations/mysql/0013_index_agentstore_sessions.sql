-- transactional: false
-- depends: 0012_add_scope_to_agentstore_sessions
-- The lists of all sessions, of a tenant's and of a user's, each by created_at (that of all has its
-- index) and by last_message_at, and the trash. A save moves the entries of three of them, as
-- it does that of agentstore_sessions_updated_at. They are built while others read and write.
ALTER TABLE agentstore_sessions
    ADD KEY agentstore_sessions_last_message (listed_at, id),
    ADD KEY agentstore_sessions_tenant_created (tenant_id, created_at, id),
    ADD KEY agentstore_sessions_tenant_last_message (tenant_id, listed_at, id),
    ADD KEY agentstore_sessions_user_created (user_id, tenant_id, created_at, id),
    ADD KEY agentstore_sessions_user_last_message (user_id, tenant_id, listed_at, id),
    ADD KEY agentstore_sessions_trashed (trashed_at, id),
    COMMENT = 'agentstore 0013';
