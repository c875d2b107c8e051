-- depends: 0012_add_scope_to_agentstore_sessions
-- What nobody may delete: a session, or all sessions of a user, of a tenant, or of a tenant's user; NULL
-- does not narrow. released_at IS NULL: it is in force. Released ones stay.
CREATE TABLE agentstore_holds (
    id text NOT NULL,
    reason text NOT NULL,
    session_id text,
    user_id text,
    tenant_id text,
    placed_at text NOT NULL,
    released_at text,
    CONSTRAINT agentstore_holds_pkey PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX agentstore_holds_in_force
ON agentstore_holds (tenant_id, user_id)
WHERE released_at IS NULL;
