-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
--   agentstore_checkpoint_writes_pkey, agentstore_checkpoint_metadata_pkey, agentstore_checkpoints_thread
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    'agentstore_checkpoints'::text AS table_name,
    pg_catalog.count(*) AS found
FROM agentstore_checkpoints AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_checkpoint_blobs'::text,
    pg_catalog.count(*)
FROM agentstore_checkpoint_blobs AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_checkpoint_writes'::text,
    pg_catalog.count(*)
FROM agentstore_checkpoint_writes AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_checkpoint_metadata'::text,
    pg_catalog.count(*)
FROM agentstore_checkpoint_metadata AS t
WHERE t.thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[]);
