-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_adk_sessions_pkey
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    'agentstore_adk_sessions' AS table_name,
    count(*) AS found
FROM agentstore_adk_sessions AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j);
