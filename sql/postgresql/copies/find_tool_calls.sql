-- The rows of agentstore_tool_calls with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: agentstore_tool_calls_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.session_id,
    r.message_position,
    r.position,
    r.id,
    r.message_id,
    r.call_id,
    r.tool_name,
    r.arguments::text AS arguments,
    r.result::text AS result,
    r.success,
    r.timestamp AT TIME ZONE 'UTC' AS timestamp,
    r.completed_at AT TIME ZONE 'UTC' AS completed_at
FROM pg_catalog.json_array_elements(/* :keys */ '[["s1", 0, 0]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_tool_calls AS t
    WHERE
        t.session_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
        AND t.message_position OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 1)::bigint
        AND t.position OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 2)::bigint
    OFFSET 0
) AS r ON TRUE;
