-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: agentstore_messages_pkey, agentstore_tool_calls_pkey
-- Rows: reads all of each of :ids
-- Returns: many
SELECT
    t.session_id,
    pg_catalog.sum(
        pg_catalog.octet_length(t.content)
        + coalesce(pg_catalog.octet_length(t.parts::text), 0)
        + coalesce(pg_catalog.octet_length(t.response::text), 0)
        + pg_catalog.octet_length(t.metadata::text)
    ) AS size
FROM agentstore_messages AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.session_id
UNION ALL
SELECT
    t.session_id,
    pg_catalog.sum(
        pg_catalog.octet_length(t.arguments::text)
        + coalesce(pg_catalog.octet_length(t.result::text), 0)
    ) AS size
FROM agentstore_tool_calls AS t
WHERE t.session_id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{s1}'::text[])
GROUP BY t.session_id;
