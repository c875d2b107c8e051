-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    t.session_id,
    sum(length(cast(t.session_state AS blob))) AS size
FROM agentstore_adk_sessions AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.session_id;
