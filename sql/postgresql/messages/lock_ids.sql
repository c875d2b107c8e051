-- Make the savers of one id wait for each other until the transaction ends: the unique keys carry
-- session_id, so they cannot see the same id in another session.
-- Storage.save_..._message and save_messages, with an id of the caller's own.
-- Runs: each save with an id of the caller's own
-- Index: none: no table
-- Rows: none; one advisory lock for each of :ids
-- Returns: many
-- Differs: in MySQL and SQLite the id alone is a unique key; Citus cannot have that one
SELECT pg_advisory_xact_lock(1634169204, hashed.id_hash) AS is_locked
FROM (
    SELECT DISTINCT hashtext(ids.id) AS id_hash
    FROM unnest(/* :ids */ '{m1}'::text[]) AS ids (id)
    ORDER BY id_hash
) AS hashed;
