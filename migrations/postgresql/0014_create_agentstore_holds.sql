-- depends: 0012_add_scope_to_agentstore_sessions
-- What nobody may delete: a session, or all sessions of a user, of a tenant, or of a tenant's user; NULL
-- does not narrow. released_at IS NULL: it is in force. Released ones stay.
CREATE TABLE agentstore_holds (
    id varchar(191) COLLATE "C" NOT NULL,
    reason text NOT NULL,
    session_id varchar(191) COLLATE "C",
    user_id varchar(191) COLLATE "C",
    tenant_id varchar(191) COLLATE "C",
    placed_at timestamptz NOT NULL,
    released_at timestamptz,
    CONSTRAINT agentstore_holds_pkey PRIMARY KEY (id)
);

CREATE INDEX agentstore_holds_in_force
ON agentstore_holds (tenant_id, user_id)
WHERE released_at IS NULL;

COMMENT ON TABLE agentstore_holds IS 'agentstore 0014';
