-- transactional: false
-- depends: 0012_add_scope_to_agentstore_sessions
-- What nobody may delete: a session, or all sessions of a user, of a tenant, or of a tenant's user; NULL
-- does not narrow. released_at IS NULL: it is in force. Released ones stay.
CREATE TABLE agentstore_holds (
    id varchar(191) NOT NULL,
    reason longtext NOT NULL,
    session_id varchar(191),
    user_id varchar(191),
    tenant_id varchar(191),
    placed_at datetime(6) NOT NULL,
    released_at datetime(6),
    PRIMARY KEY (id),
    KEY agentstore_holds_in_force (released_at, tenant_id, user_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0014';
