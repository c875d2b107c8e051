-- Which of a policy's metadata entries some sessions have.
-- Storage.plan_retention, Storage.apply_retention.
-- Runs: each page of a retention run
-- Index: agentstore_session_metadata_pkey
-- Rows: reads the entries of each of :ids
-- Returns: many
SELECT
    e.session_id,
    e.entry
FROM agentstore_session_metadata AS e
WHERE
    e.session_id IN (SELECT j.value FROM json_each(/* :ids */ '["s1"]') AS j)
    AND e.entry IN (SELECT w.value FROM json_each(/* :entries */ '[]') AS w);
