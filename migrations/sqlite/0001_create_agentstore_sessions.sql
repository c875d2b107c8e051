-- A conversation. next_position is the position that its next message gets: it is
-- counted up under the row's lock by every save, so positions have no gaps.
CREATE TABLE agentstore_sessions (
    id text NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    active integer NOT NULL,
    next_position integer NOT NULL,
    metadata text NOT NULL,
    CONSTRAINT agentstore_sessions_pkey PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX agentstore_sessions_created_at ON agentstore_sessions (created_at, id);

CREATE INDEX agentstore_sessions_updated_at ON agentstore_sessions (active, updated_at, id);
