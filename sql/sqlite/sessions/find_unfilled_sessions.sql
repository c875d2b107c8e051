-- The next sessions that older code made, in the order of their ids. Storage.fill.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey
-- Rows: reads sessions behind :after_id until :limit are found
-- Returns: many
SELECT s.id
FROM agentstore_sessions AS s
WHERE
    s.id > /* :after_id */ ''
    AND s.last_message_at IS NULL
ORDER BY s.id
LIMIT /* :limit */ 500;
