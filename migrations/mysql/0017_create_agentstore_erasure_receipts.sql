-- transactional: false
-- What an erasure of a user has deleted. user_digest names the user by HMAC-SHA256 (or SHA-256) of the id;
-- deleted_rows counts rows by table, held the sessions that a hold kept, and remains lists where copies
-- may be, and until when. finished_at IS NULL: it was cut short, and goes on when it is asked for again.
CREATE TABLE agentstore_erasure_receipts (
    id varchar(191) NOT NULL,
    user_digest varchar(191) NOT NULL,
    tenant_id varchar(191),
    started_at datetime(6) NOT NULL,
    finished_at datetime(6),
    deleted_rows longtext NOT NULL,
    held bigint NOT NULL,
    remains longtext NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
COMMENT = 'agentstore 0017';
