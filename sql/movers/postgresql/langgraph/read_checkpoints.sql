-- A page of the checkpoints of LangGraph's saver, a thread's from the first on.
-- Runs: once a page of a move
-- Index: checkpoints' primary key
-- Returns: many
-- Differs: LangGraph's own savers are for PostgreSQL and SQLite, with tables of their own
SELECT
    c.thread_id,
    c.checkpoint_ns,
    c.checkpoint_id,
    c.parent_checkpoint_id,
    c.type,
    c.checkpoint::text AS checkpoint_text,
    c.metadata::text AS metadata
FROM checkpoints AS c
-- @if after_key
WHERE
    (c.thread_id, c.checkpoint_ns, c.checkpoint_id)
    OPERATOR (pg_catalog.>) (
        /* :after_key_thread_id */ 't', /* :after_key_namespace */ '', /* :after_key_id */ 'c'
    )
-- @end
ORDER BY c.thread_id, c.checkpoint_ns, c.checkpoint_id
LIMIT /* :limit */ 50;
