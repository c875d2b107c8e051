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
CROSS JOIN LATERAL jsonb_each_text(c.checkpoint -> 'channel_versions') AS v
INNER JOIN checkpoint_blobs AS b
    ON
        c.thread_id = b.thread_id
        AND c.checkpoint_ns = b.checkpoint_ns
        AND v.key = b.channel
        AND v.value = b.version
WHERE
    c.thread_id = /* :thread_id */ 't'
    AND c.checkpoint_ns = /* :namespace */ ''
    AND c.checkpoint_id = /* :checkpoint_id */ 'c'
    AND b.type <> 'empty';
