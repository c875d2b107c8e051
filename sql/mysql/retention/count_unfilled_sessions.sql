-- How many of the next sessions older code has made and agentstore fill has not filled; and the last of
-- them. Storage.plan_retention, Storage.apply_retention, before they begin.
-- Runs: each page of a retention run
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most :limit sessions behind :after_id
-- Returns: one
SELECT
    count(*) - count(s.last_message_at) AS unfilled,
    max(s.id) AS last_id
FROM (
    SELECT
        n.id,
        n.last_message_at
    FROM agentstore_sessions AS n
    WHERE n.id > /* :after_id */ ''
    ORDER BY n.id
    LIMIT /* :limit */ 20000
) AS s;
