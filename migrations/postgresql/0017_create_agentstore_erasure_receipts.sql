-- What an erasure of a user has deleted. user_digest names the user by HMAC-SHA256 (or SHA-256) of the id;
-- deleted_rows counts rows by table, held the sessions that a hold kept, and remains lists where copies
-- may be, and until when. finished_at IS NULL: it was cut short, and goes on when it is asked for again.
CREATE TABLE agentstore_erasure_receipts (
    id varchar(191) COLLATE "C" NOT NULL,
    user_digest varchar(191) COLLATE "C" NOT NULL,
    tenant_id varchar(191) COLLATE "C",
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    deleted_rows json NOT NULL,
    held bigint NOT NULL,
    remains json NOT NULL,
    CONSTRAINT agentstore_erasure_receipts_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE agentstore_erasure_receipts IS 'agentstore 0017';
