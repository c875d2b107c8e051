-- The next sessions that older code made, in the order of their ids.
-- Runs: each batch of a fill
-- Index: primary key of agentstore_sessions
-- Returns: many
SELECT s.id
FROM agentstore_sessions AS s
WHERE
    s.id > /* :after_id */ ''
    AND s.last_message_at IS NULL
ORDER BY s.id
LIMIT /* :limit */ 500;
