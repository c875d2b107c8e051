-- transactional: false
-- A conversation. next_position is the position that its next message gets: it is
-- counted up under the row's lock by every save, so positions have no gaps.
CREATE TABLE agentstore_sessions (
    id varchar(191) NOT NULL,
    created_at datetime(6) NOT NULL,
    updated_at datetime(6) NOT NULL,
    active boolean NOT NULL,
    next_position bigint NOT NULL,
    metadata longtext NOT NULL,
    PRIMARY KEY (id),
    KEY agentstore_sessions_created_at (created_at, id),
    KEY agentstore_sessions_updated_at (active, updated_at, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0001';
