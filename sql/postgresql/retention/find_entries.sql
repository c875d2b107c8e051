-- Which of a policy's metadata entries some sessions have.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: agentstore_session_metadata_pkey
-- Rows: reads the entries of each of :ids
-- Returns: many
-- Differs: the entries are read apart, as PostgreSQL 18 would look for each of :entries in all sessions
SELECT
    e.session_id,
    e.entry
FROM (
    SELECT
        of_session.session_id,
        of_session.entry
    FROM agentstore_session_metadata AS of_session
    WHERE of_session.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1,s2}'::text[])
    OFFSET 0
) AS e
WHERE e.entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[]);
