-- How many rows hang on some sessions, by table, before they are deleted. Storage.erase_user.
-- Runs: seldom
-- Index: agentstore_messages_pkey, agentstore_tool_calls_pkey,
--   agentstore_pending_confirmations_pkey, agentstore_session_metadata_pkey
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    'agentstore_messages'::text AS table_name,
    pg_catalog.count(*) AS found
FROM agentstore_messages AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_tool_calls'::text,
    pg_catalog.count(*)
FROM agentstore_tool_calls AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_pending_confirmations'::text,
    pg_catalog.count(*)
FROM agentstore_pending_confirmations AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
UNION ALL
SELECT
    'agentstore_session_metadata'::text,
    pg_catalog.count(*)
FROM agentstore_session_metadata AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[]);
