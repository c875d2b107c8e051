-- depends: 0014_create_agentstore_holds
-- Where a hold and a deletion meet. Each deletion locks the gate's one row in share mode, in a statement
-- of its own and before it looks at what is held; whoever places a hold on a user or a tenant locks it
-- to write (placed is counted up). So a hold waits for the deletions that are under way, each a bounded
-- batch, and the deletions that come after it see it. A hold on one session needs no gate: it counts up
-- agentstore_sessions.holds, under the lock of the row that a deletion wants. A Galera cluster's nodes
-- do not know of each other's share locks: there a deletion writes to the row, too.
CREATE TABLE agentstore_hold_gates (
    id bigint NOT NULL,
    placed bigint NOT NULL,
    CONSTRAINT agentstore_hold_gates_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE agentstore_hold_gates IS 'agentstore 0015';
