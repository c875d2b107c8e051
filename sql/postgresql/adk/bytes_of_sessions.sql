-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    t.session_id,
    pg_catalog.sum(pg_catalog.octet_length(t.session_state::text)) AS size
FROM agentstore_adk_sessions AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.session_id;
