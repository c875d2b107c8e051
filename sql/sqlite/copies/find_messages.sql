-- The rows of agentstore_messages with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_messages_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.session_id,
    r.position,
    r.id,
    r.role,
    r.content,
    r.content_escaped,
    r.parts,
    r.timestamp,
    r.response_type,
    r.response,
    r.metadata
FROM json_each(/* :keys */ '[["s1", 0]]') AS k
CROSS JOIN agentstore_messages AS r
WHERE
    r.session_id = json_extract(k.value, '$[0]')
    AND r.position = json_extract(k.value, '$[1]');
