-- What is stored under some ids. Saves with an id of the caller's own, and saves whose reply was lost.
-- Runs: seldom
-- Index: the unique id of agentstore_messages
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts
FROM agentstore_messages AS m
WHERE m.id IN (SELECT j.value FROM json_each(/* :ids */ '["x"]') AS j);
