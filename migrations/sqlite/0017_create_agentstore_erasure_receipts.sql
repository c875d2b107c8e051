-- What an erasure of a user has deleted. user_digest names the user by HMAC-SHA256 (or SHA-256) of the id;
-- deleted_rows counts rows by table, held the sessions that a hold kept, and remains lists where copies
-- may be, and until when. finished_at IS NULL: it was cut short, and goes on when it is asked for again.
CREATE TABLE agentstore_erasure_receipts (
    id text NOT NULL,
    user_digest text NOT NULL,
    tenant_id text,
    started_at text NOT NULL,
    finished_at text,
    deleted_rows text NOT NULL,
    held integer NOT NULL,
    remains text NOT NULL,
    CONSTRAINT agentstore_erasure_receipts_pkey PRIMARY KEY (id)
) WITHOUT ROWID;
