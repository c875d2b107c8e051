DROP INDEX agentstore_sessions_last_message;

DROP INDEX agentstore_sessions_tenant_created;

DROP INDEX agentstore_sessions_tenant_last_message;

DROP INDEX agentstore_sessions_user_created;

DROP INDEX agentstore_sessions_user_last_message;

DROP INDEX agentstore_sessions_trashed;
