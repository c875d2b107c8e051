-- The rows of agentstore_messages with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_messages_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
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
FROM pg_catalog.json_array_elements(/* :keys */ '[["s1", 0]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_messages AS t
    WHERE
        t.session_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.position OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)::bigint
    OFFSET 0
) AS r ON TRUE;
