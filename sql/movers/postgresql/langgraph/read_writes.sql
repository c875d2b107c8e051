-- What tasks have written after a checkpoint.
-- Runs: once a checkpoint
-- Index: checkpoint_writes' primary key
-- Returns: many
-- Differs: LangGraph's own savers are for PostgreSQL and SQLite, with tables of their own
SELECT
    w.task_path,
    w.task_id,
    w.idx,
    w.channel,
    w.type,
    w.blob AS written
FROM checkpoint_writes AS w
WHERE
    w.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't'
    AND w.checkpoint_ns OPERATOR (pg_catalog.=) /* :namespace */ ''
    AND w.checkpoint_id OPERATOR (pg_catalog.=) /* :checkpoint_id */ 'c'
ORDER BY w.task_path, w.task_id, w.idx;
