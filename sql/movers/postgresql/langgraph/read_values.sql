-- The values of a checkpoint's channels.
-- Runs: once a checkpoint
-- Index: checkpoints' and checkpoint_blobs' primary keys
-- Returns: many
-- Differs: LangGraph's own savers are for PostgreSQL and SQLite, with tables of their own
SELECT
    b.channel,
    b.type,
    b.blob
FROM checkpoints AS c
CROSS JOIN LATERAL pg_catalog.jsonb_each_text(c.checkpoint OPERATOR (pg_catalog.->) 'channel_versions') AS v
INNER JOIN checkpoint_blobs AS b
    ON
        c.thread_id OPERATOR (pg_catalog.=) b.thread_id
        AND c.checkpoint_ns OPERATOR (pg_catalog.=) b.checkpoint_ns
        AND v.key OPERATOR (pg_catalog.=) b.channel
        AND v.value OPERATOR (pg_catalog.=) b.version
WHERE
    c.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't'
    AND c.checkpoint_ns OPERATOR (pg_catalog.=) /* :namespace */ ''
    AND c.checkpoint_id OPERATOR (pg_catalog.=) /* :checkpoint_id */ 'c'
    AND NOT b.type OPERATOR (pg_catalog.=) 'empty';
