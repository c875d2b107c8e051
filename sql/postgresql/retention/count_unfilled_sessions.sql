-- How many of the next sessions older code has made and agentstore fill has not filled; and the last of
-- them. Storage.plan_retention, Storage.apply_retention, before they begin.
-- Runs: each page of a retention run
-- Index: agentstore_sessions_pkey
-- Rows: reads at most :limit sessions behind :after_id
-- Returns: one
SELECT
    pg_catalog.count(*) - pg_catalog.count(s.last_message_at) AS unfilled,
    pg_catalog.max(s.id) AS last_id
FROM (
    SELECT
        n.id,
        n.last_message_at
    FROM agentstore_sessions AS n
    WHERE n.id OPERATOR (pg_catalog.>) /* :after_id */ ''
    ORDER BY n.id
    LIMIT /* :limit */ 20000
) AS s;
