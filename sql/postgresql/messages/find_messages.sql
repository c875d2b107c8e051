-- What is stored under some ids. Saves with an id of the caller's own, and saves whose reply was lost.
-- Runs: seldom
-- Index: agentstore_messages_id
-- Rows: reads at most one for each of :ids
-- Returns: many
SELECT
    m.id,
    m.session_id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts::text AS parts
FROM agentstore_messages AS m
WHERE m.id OPERATOR (pg_catalog.=) ANY(/* :ids */ '{m1,m2}'::text[]);
