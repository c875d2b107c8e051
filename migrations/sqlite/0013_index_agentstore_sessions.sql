-- depends: 0012_add_scope_to_agentstore_sessions
-- The lists of all sessions, of a tenant's and of a user's, each by created_at (that of all has its
-- index) and by last_message_at, and the trash. Those of tenants and users hold no session that has
-- none, so a store without them pays for one index more: a save moves its entry, as it does that of
-- agentstore_sessions_updated_at. With a tenant and a user a save moves three.
CREATE INDEX agentstore_sessions_last_message
ON agentstore_sessions (coalesce(last_message_at, updated_at), id);

CREATE INDEX agentstore_sessions_tenant_created
ON agentstore_sessions (tenant_id, created_at, id)
WHERE tenant_id <> '';

CREATE INDEX agentstore_sessions_tenant_last_message
ON agentstore_sessions (tenant_id, coalesce(last_message_at, updated_at), id)
WHERE tenant_id <> '';

CREATE INDEX agentstore_sessions_user_created
ON agentstore_sessions (user_id, tenant_id, created_at, id)
WHERE user_id <> '';

CREATE INDEX agentstore_sessions_user_last_message
ON agentstore_sessions (user_id, tenant_id, coalesce(last_message_at, updated_at), id)
WHERE user_id <> '';

CREATE INDEX agentstore_sessions_trashed
ON agentstore_sessions (trashed_at, id)
WHERE trashed_at IS NOT NULL;
