-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: as the table has
-- Returns: many
SELECT
    'agentstore_messages' AS table_name,
    count(*) AS found
FROM agentstore_messages AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
UNION ALL
SELECT
    'agentstore_tool_calls',
    count(*)
FROM agentstore_tool_calls AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
UNION ALL
SELECT
    'agentstore_pending_confirmations',
    count(*)
FROM agentstore_pending_confirmations AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
UNION ALL
SELECT
    'agentstore_session_metadata',
    count(*)
FROM agentstore_session_metadata AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j);
