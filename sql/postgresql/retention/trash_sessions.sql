-- Put locked sessions in the trash. Storage.apply_retention, behind lock_sessions.
-- Runs: each batch of a clean-up
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one session for each of :ids
-- Returns: count
UPDATE agentstore_sessions
SET trashed_at = /* :now */ '2026-01-01 00:00:00+00'::timestamptz
WHERE
    id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1,s2}'::text[])
    AND trashed_at IS NULL;
