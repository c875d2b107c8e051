-- A page of what a copy takes of agentstore_messages, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_messages_pkey
-- Rows: reads at most :limit
-- Returns: many
SELECT
    r.session_id,
    r.position,
    r.id,
    r.role,
    r.content,
    r.content_escaped,
    r.parts::text AS parts,
    r.timestamp AT TIME ZONE 'UTC' AS timestamp,
    r.response_type,
    r.response::text AS response,
    r.metadata::text AS metadata
FROM agentstore_messages AS r
WHERE
    (r.session_id, r.position)
    OPERATOR (pg_catalog.>) (
        /* :after_session_id */ '',
        /* :after_position */ -1
    )
ORDER BY r.session_id, r.position
LIMIT /* :limit */ 50;
