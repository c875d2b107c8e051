-- Make the savers of one id wait for each other until the transaction ends: the unique keys carry
-- session_id, so they cannot see the same id in another session. An id's lock is one of 1,024, so that no
-- batch fills the server's table of locks, which all its databases share.
-- Storage.save_..._message and save_messages, with an id of the caller's own.
-- Runs: each save with an id of the caller's own
-- Index: none: no table
-- Rows: none; one advisory lock for each of :ids, 1,024 at most
-- Returns: many
-- Differs: in MySQL and SQLite the id alone is a unique key; Citus cannot have that one
SELECT pg_catalog.pg_advisory_xact_lock(1634169204, hashed.bucket) AS is_locked
FROM (
    SELECT DISTINCT pg_catalog.hashtext(ids.id) & 1023 AS bucket
    FROM pg_catalog.unnest(/* :ids */ '{m1}'::text[]) AS ids (id)
    ORDER BY bucket
) AS hashed;
