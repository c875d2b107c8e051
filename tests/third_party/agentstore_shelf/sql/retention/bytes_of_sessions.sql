-- How many bytes hang on some sessions, about. Storage.plan_retention.
-- Runs: each page of a retention run
-- Index: as the table has
-- Returns: many
SELECT
    t.session_id,
    sum(
        length(cast(t.content AS blob))
        + coalesce(length(cast(t.parts AS blob)), 0)
        + coalesce(length(cast(t.response AS blob)), 0)
        + length(cast(t.metadata AS blob))
    ) AS size
FROM agentstore_messages AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.session_id
UNION ALL
SELECT
    t.session_id,
    sum(
        length(cast(t.arguments AS blob))
        + coalesce(length(cast(t.result AS blob)), 0)
    ) AS size
FROM agentstore_tool_calls AS t
WHERE t.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
GROUP BY t.session_id;
