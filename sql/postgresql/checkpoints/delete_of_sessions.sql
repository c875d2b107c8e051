-- Delete all that there is of the threads whose sessions were deleted, after them. Storage.delete_session,
-- Storage.delete_sessions, Storage.erase_user, Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoints_thread, agentstore_checkpoint_blobs_pkey,
--   agentstore_checkpoint_writes_pkey, agentstore_checkpoint_metadata_pkey
-- Rows: deletes all of each of :ids
-- Returns: count
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH blob AS (
    DELETE FROM agentstore_checkpoint_blobs
    WHERE thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{t1}'::text[])
),

written AS (
    DELETE FROM agentstore_checkpoint_writes
    WHERE thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{t1}'::text[])
),

entry AS (
    DELETE FROM agentstore_checkpoint_metadata
    WHERE thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{t1}'::text[])
)

DELETE FROM agentstore_checkpoints
WHERE thread_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{t1}'::text[]);
