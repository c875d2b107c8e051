-- A conversation. next_position is the position that its next message gets: it is
-- counted up under the row's lock by every save, so positions have no gaps.
CREATE TABLE agentstore_sessions (
    id varchar(191) COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    active boolean NOT NULL,
    next_position bigint NOT NULL,
    metadata json NOT NULL,
    CONSTRAINT agentstore_sessions_pkey PRIMARY KEY (id)
);

CREATE INDEX agentstore_sessions_created_at ON agentstore_sessions (created_at, id);

CREATE INDEX agentstore_sessions_updated_at ON agentstore_sessions (active, updated_at, id);

COMMENT ON TABLE agentstore_sessions IS 'agentstore 0001';
